//! `POST /v1/learn/clinic`: where a firm leaves a preference unused.

use std::sync::Arc;

use http::StatusCode;
use originis_exchange::Lang;
use originis_training::clinic::{Advice, clinic as rank, products};
use schemars::JsonSchema;
use serde::Serialize;

use crate::body::Body;
use crate::call::{Call, Outcome};
use crate::problem::{Kind, Problem};
use crate::{determinations, lookups};

/// Products a list may have.
const PRODUCTS: usize = 2_000;

/// The products of a firm, the greatest unused saving first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Clinic {
    /// The day rates were read on.
    pub date: String,
    /// One entry a product.
    pub products: Vec<Advice>,
}

/// Reads a product list, which is not kept, and ranks it.
pub async fn clinic(call: &Call, body: Body) -> Outcome {
    call.owner().await?;
    call.only(&["date"])?;
    let date = lookups::date(call)?.ok_or_else(lookups::not_a_date)?;
    let bytes = determinations::bytes(call, body).await?;
    let (service, lang) = (Arc::clone(&call.service), call.lang);
    let products = determinations::aside(call, move || {
        let products = products(bytes).map_err(|error| {
            Problem::new(
                Kind::InvalidRequest,
                format!("the product list cannot be read: {}", error.text(Lang::En)),
                format!("无法读取产品清单：{}", error.text(Lang::Zh)),
            )
        })?;
        if products.len() > PRODUCTS {
            return Err(Problem::new(
                Kind::TooLarge,
                format!("at most {PRODUCTS} products are taken; split the list"),
                format!("最多接受 {PRODUCTS} 种产品；请拆分清单"),
            ));
        }
        Ok(rank(&service.book, &service.library, &products, date, lang))
    })
    .await??;
    call.json(
        StatusCode::OK,
        &Clinic {
            date: date.to_string(),
            products,
        },
    )
}
