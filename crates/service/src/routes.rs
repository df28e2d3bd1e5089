//! The routes: which handler answers which address. No route rejects for any
//! other reason than path or method; what is left over is 404 or 405.

use std::convert::Infallible;
use std::sync::Arc;

use http::Request;
use http::header::CONTENT_LENGTH;
use hyper::body::Incoming;
use tower_service::Service as TowerService;
use warp::filters::BoxedFilter;
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::body::{self, Body};
use crate::call::{Call, Outcome};
use crate::problem::{Kind, Problem, allow};
use crate::state::Service;
use crate::{advice, batches, determinations, health, learn, lookups, openapi, operations, page};

/// The routes as a service for a connection.
pub fn service(
    service: &Arc<Service>,
) -> impl TowerService<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    warp::service(filter(service))
}

/// The routes as a filter.
pub fn filter(
    service: &Arc<Service>,
) -> impl Filter<Extract = (impl Reply,), Error = Infallible> + Clone + Send + Sync + 'static {
    determination_routes(service)
        .or(batch_routes(service))
        .unify()
        .or(table_routes(service))
        .unify()
        .or(learn_routes(service))
        .unify()
        .or(class_routes(service))
        .unify()
        .or(operator_routes(service))
        .unify()
        .or(everything_else(service))
        .unify()
}

fn determination_routes(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    let path = warp::path!("v1" / "determinations");
    let create = path
        .and(warp::post())
        .and(call(service))
        .and(body::streamed())
        .then(|call: Call, body: Body| async move {
            let outcome = determinations::create(&call, body).await;
            finish(&call, outcome)
        });
    let list = path
        .and(warp::get())
        .and(call(service))
        .then(|call: Call| async move { finish(&call, determinations::list(&call).await) });
    let replay = warp::path!("v1" / "determinations" / String)
        .and(warp::get())
        .and(call(service))
        .then(|id: String, call: Call| async move {
            finish(&call, determinations::replay(&call, id).await)
        });
    let advice = warp::path!("v1" / "advice" / String)
        .and(warp::post())
        .and(call(service))
        .and(body::streamed())
        .then(|topic: String, call: Call, body: Body| async move {
            let outcome = advice::give(&call, &topic, body).await;
            finish(&call, outcome)
        });
    create
        .or(list)
        .unify()
        .or(replay)
        .unify()
        .or(advice)
        .unify()
        .boxed()
}

fn batch_routes(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    let path = warp::path!("v1" / "batches");
    let one = warp::path!("v1" / "batches" / String);
    let create = path
        .and(warp::post())
        .and(call(service))
        .and(body::streamed())
        .then(|call: Call, body: Body| async move {
            let outcome = batches::create(&call, body).await;
            finish(&call, outcome)
        });
    let list = path
        .and(warp::get())
        .and(call(service))
        .then(|call: Call| async move { finish(&call, batches::list(&call).await) });
    let progress =
        one.and(warp::get())
            .and(call(service))
            .then(|id: String, call: Call| async move {
                finish(&call, batches::progress(&call, id).await)
            });
    let cancel =
        one.and(warp::delete())
            .and(call(service))
            .then(|id: String, call: Call| async move {
                finish(&call, batches::cancel(&call, id).await)
            });
    let result = warp::path!("v1" / "batches" / String / "result")
        .and(warp::get())
        .and(call(service))
        .then(
            |id: String, call: Call| async move { finish(&call, batches::result(&call, id).await) },
        );
    let rejects =
        warp::path!("v1" / "batches" / String / "rejects")
            .and(warp::get())
            .and(call(service))
            .then(|id: String, call: Call| async move {
                finish(&call, batches::rejects(&call, id).await)
            });
    let facts = warp::path!("v1" / "batches" / String / "missing-facts")
        .and(warp::get())
        .and(call(service))
        .then(|id: String, call: Call| async move {
            finish(&call, batches::missing_facts(&call, id).await)
        });
    let materials = warp::path!("v1" / "batches" / String / "missing-materials")
        .and(warp::get())
        .and(call(service))
        .then(|id: String, call: Call| async move {
            finish(&call, batches::missing_materials(&call, id).await)
        });
    let report = warp::path!("v1" / "batches" / String / "report")
        .and(warp::get())
        .and(call(service))
        .then(
            |id: String, call: Call| async move { finish(&call, batches::report(&call, id).await) },
        );
    create
        .or(list)
        .unify()
        .or(progress)
        .unify()
        .or(cancel)
        .unify()
        .or(result)
        .unify()
        .or(rejects)
        .unify()
        .or(facts)
        .unify()
        .or(materials)
        .unify()
        .or(report)
        .unify()
        .boxed()
}

fn table_routes(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    let rules = warp::path!("v1" / "rules" / String)
        .and(warp::get())
        .and(call(service))
        .then(
            |hs: String, call: Call| async move { finish(&call, lookups::rules(&call, &hs).await) },
        );
    let rates = warp::path!("v1" / "rates" / String)
        .and(warp::get())
        .and(call(service))
        .then(
            |hs: String, call: Call| async move { finish(&call, lookups::rates(&call, &hs).await) },
        );
    let codes = warp::path!("v1" / "codes")
        .and(warp::get())
        .and(call(service))
        .then(|call: Call| async move { finish(&call, lookups::codes(&call).await) });
    let vocabulary = warp::path!("v1" / "vocabulary")
        .and(warp::get())
        .and(call(service))
        .then(|call: Call| async move { finish(&call, lookups::vocabulary(&call).await) });
    let examples = warp::path!("v1" / "examples")
        .and(warp::get())
        .and(call(service))
        .then(|call: Call| async move { finish(&call, lookups::examples(&call).await) });
    let coverage = warp::path!("v1" / "coverage")
        .and(warp::get())
        .and(call(service))
        .then(|call: Call| async move { finish(&call, lookups::coverage(&call).await) });
    rules
        .or(rates)
        .unify()
        .or(codes)
        .unify()
        .or(vocabulary)
        .unify()
        .or(examples)
        .unify()
        .or(coverage)
        .unify()
        .boxed()
}

fn learn_routes(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    let library = warp::path!("v1" / "learn")
        .and(warp::get())
        .and(call(service))
        .then(|call: Call| async move { finish(&call, learn::library(&call).await) });
    let lesson = warp::path!("v1" / "learn" / "lessons" / String)
        .and(warp::get())
        .and(call(service))
        .then(
            |id: String, call: Call| async move { finish(&call, learn::lesson(&call, &id).await) },
        );
    let case = warp::path!("v1" / "learn" / "cases" / String)
        .and(warp::get())
        .and(call(service))
        .then(|id: String, call: Call| async move { finish(&call, learn::case(&call, &id).await) });
    let predict = warp::path!("v1" / "learn" / "cases" / String / "predictions")
        .and(warp::post())
        .and(call(service))
        .and(body::streamed())
        .then(|id: String, call: Call, body: Body| async move {
            let outcome = learn::predict(&call, &id, body).await;
            finish(&call, outcome)
        });
    let clinic = warp::path!("v1" / "learn" / "clinic")
        .and(warp::post())
        .and(call(service))
        .and(body::streamed())
        .then(|call: Call, body: Body| async move {
            let outcome = learn::clinic(&call, body).await;
            finish(&call, outcome)
        });
    library
        .or(lesson)
        .unify()
        .or(case)
        .unify()
        .or(predict)
        .unify()
        .or(clinic)
        .unify()
        .boxed()
}

fn class_routes(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    let open = warp::path!("v1" / "classes")
        .and(warp::post())
        .and(call(service))
        .and(body::streamed())
        .then(|call: Call, body: Body| async move {
            let outcome = learn::open(&call, body).await;
            finish(&call, outcome)
        });
    let join = warp::path!("v1" / "classes" / String / "participants")
        .and(warp::post())
        .and(call(service))
        .map(|code: String, call: Call| finish(&call, learn::join(&call, &code)));
    let look = warp::path!("v1" / "classes" / String)
        .and(warp::get())
        .and(call(service))
        .map(|code: String, call: Call| finish(&call, learn::look(&call, &code)));
    let answer = warp::path!("v1" / "classes" / String / "answers")
        .and(warp::post())
        .and(call(service))
        .and(body::streamed())
        .then(|code: String, call: Call, body: Body| async move {
            let outcome = learn::answer(&call, &code, body).await;
            finish(&call, outcome)
        });
    let step = warp::path!("v1" / "classes" / String / "steps")
        .and(warp::post())
        .and(call(service))
        .and(body::streamed())
        .then(|code: String, call: Call, body: Body| async move {
            let outcome = learn::step(&call, &code, body).await;
            finish(&call, outcome)
        });
    open.or(join)
        .unify()
        .or(look)
        .unify()
        .or(answer)
        .unify()
        .or(step)
        .unify()
        .boxed()
}

fn operator_routes(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    let version = warp::path!("v1" / "version")
        .and(warp::get())
        .and(call(service))
        .map(|call: Call| finish(&call, health::version(&call)));
    let health = warp::path!("health")
        .and(warp::get())
        .and(call(service))
        .map(|call: Call| finish(&call, health::health(&call)));
    let ready = warp::path!("ready")
        .and(warp::get())
        .and(call(service))
        .then(|call: Call| async move { finish(&call, health::ready(&call).await) });
    let metrics = warp::path!("metrics")
        .and(warp::get())
        .and(call(service))
        .then(|call: Call| async move { finish(&call, health::metrics(&call).await) });
    let document = warp::path!("openapi.json")
        .and(warp::get())
        .and(call(service))
        .map(|call: Call| finish(&call, openapi::document(&call)));
    version
        .or(health)
        .unify()
        .or(ready)
        .unify()
        .or(metrics)
        .unify()
        .or(document)
        .unify()
        .boxed()
}

/// The files of the page; 405 where another method is known; 404.
fn everything_else(
    service: &Arc<Service>,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + 'static {
    warp::path::full()
        .and(warp::method())
        .and(call(service))
        .map(|path: FullPath, method: http::Method, call: Call| {
            let path = path.as_str();
            let methods = operations::methods(path);
            if methods.is_empty() {
                return finish(&call, Err(Problem::not_found()));
            }
            if method == http::Method::GET && page::exists(path) {
                return finish(&call, page::serve(&call, path));
            }
            let mut response = Problem::new(
                Kind::MethodNotAllowed,
                format!("use one of: {methods}"),
                format!("可用的方法：{methods}"),
            )
            .into_response(call.lang);
            allow(&mut response, &methods);
            response
        })
}

/// The request without its body.
fn call(
    service: &Arc<Service>,
) -> impl Filter<Extract = (Call,), Error = Infallible> + Clone + Send + Sync + 'static {
    let service = Arc::clone(service);
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::header::headers_cloned()
        .and(query)
        .map(move |headers, query: String| Call::new(Arc::clone(&service), headers, &query))
}

fn finish(call: &Call, outcome: Outcome) -> Response {
    outcome.unwrap_or_else(|problem| problem.into_response(call.lang))
}

/// The length a request announces.
pub fn announced_length(call: &Call) -> Option<u64> {
    call.header(CONTENT_LENGTH)?.parse().ok()
}
