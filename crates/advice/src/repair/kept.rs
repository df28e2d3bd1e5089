//! Which materials may stay as they are: the choice that keeps most money in
//! place within a limit. Exact by splitting the materials into two halves.

/// One material that counts toward a limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    /// What it takes of the limit.
    pub load: i128,
    /// The money that stays in place when it is kept.
    pub money: i128,
}

/// One choice within a half: its load, its money and its members as bits.
type Choice = (i128, i128, u32);

/// The items to keep so that their loads do not exceed `limit` and their money
/// is greatest; exact up to `exact_up_to` items, otherwise the best found by
/// taking the dearest that still fit. Positions of the kept items.
pub(super) fn most_money_kept(items: &[Item], limit: i128, exact_up_to: usize) -> Vec<usize> {
    if items.len() > exact_up_to {
        return greedy(items, limit);
    }
    let half = items.len() / 2;
    let (left, right) = items.split_at(half);
    let left_choices = choices(left);
    let mut right_choices = choices(right);
    right_choices.sort_unstable();
    let best_so_far: Vec<Choice> = right_choices
        .iter()
        .scan(None::<Choice>, |best, choice| {
            let better = best.is_none_or(|known: Choice| choice.1 > known.1);
            if better {
                *best = Some(*choice);
            }
            *best
        })
        .collect();
    let mut best: Option<(i128, u32, u32)> = None;
    for (load, money, members) in left_choices {
        let room = limit - load;
        let fitting = right_choices.partition_point(|choice| choice.0 <= room);
        let Some(partner) = fitting
            .checked_sub(1)
            .and_then(|last| best_so_far.get(last))
        else {
            continue;
        };
        let total = money + partner.1;
        if best.is_none_or(|(known, ..)| total > known) {
            best = Some((total, members, partner.2));
        }
    }
    let Some((_, left_members, right_members)) = best else {
        return Vec::new();
    };
    let positions = |members: u32, offset: usize| {
        (0_usize..32)
            .filter(move |bit| members >> bit & 1 == 1)
            .map(move |bit| bit + offset)
    };
    positions(left_members, 0)
        .chain(positions(right_members, half))
        .collect()
}

fn choices(items: &[Item]) -> Vec<Choice> {
    let mut all: Vec<Choice> = vec![(0, 0, 0)];
    for (bit, item) in items.iter().enumerate() {
        let with_item: Vec<Choice> = all
            .iter()
            .map(|(load, money, members)| {
                (load + item.load, money + item.money, members | 1 << bit)
            })
            .collect();
        all.extend(with_item);
    }
    all
}

fn greedy(items: &[Item], limit: i128) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|index| items.get(*index).map(|item| std::cmp::Reverse(item.money)));
    let mut room = limit;
    let mut kept = Vec::new();
    for index in order {
        if let Some(item) = items.get(index)
            && item.load <= room
        {
            room -= item.load;
            kept.push(index);
        }
    }
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brute_force(items: &[Item], limit: i128) -> i128 {
        (0_u32..1 << items.len())
            .filter_map(|members| {
                let chosen = || {
                    items
                        .iter()
                        .enumerate()
                        .filter(move |(bit, _)| members >> bit & 1 == 1)
                        .map(|(_, item)| item)
                };
                let load: i128 = chosen().map(|item| item.load).sum();
                (load <= limit).then(|| chosen().map(|item| item.money).sum())
            })
            .max()
            .unwrap_or_default()
    }

    #[test]
    fn keeps_as_much_money_as_any_choice_can() {
        let mut seed = 7_i128;
        let mut next = || {
            seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
            seed % 50
        };
        for count in 0..9 {
            for _ in 0..40 {
                let items: Vec<Item> = (0..count)
                    .map(|_| Item {
                        load: next(),
                        money: next(),
                    })
                    .collect();
                let limit = next() * 2;
                let kept = most_money_kept(&items, limit, 25);
                let load: i128 = kept.iter().map(|index| items[*index].load).sum();
                let money: i128 = kept.iter().map(|index| items[*index].money).sum();
                assert!(load <= limit);
                assert_eq!(money, brute_force(&items, limit), "{items:?} {limit}");
            }
        }
    }

    #[test]
    fn beyond_the_exact_size_what_is_kept_still_fits() {
        let items = vec![Item { load: 3, money: 3 }; 30];
        assert_eq!(most_money_kept(&items, 10, 25).len(), 3);
    }
}
