use super::problems;
use crate::fixtures;
use crate::scenario::Story;
use crate::span::{Kind, Span};
use crate::trace::Trace;

const STORIES: [Story; 5] =
    [Story::Health, Story::Browse, Story::Checkout, Story::SlowCheckout, Story::FailedCheckout];

#[test]
fn what_a_story_leaves_is_right_for_it_and_wrong_for_every_other() {
    for made in STORIES {
        for expected in STORIES {
            let found = problems(&Trace::new(fixtures::story(made)), expected);
            // A slow checkout is a checkout: being slow without need is no fault.
            let fits =
                made == expected || (made, expected) == (Story::SlowCheckout, Story::Checkout);
            assert_eq!(found.is_empty(), fits, "{made:?} for {expected:?}: {found:?}");
        }
    }
}

#[test]
fn table() {
    type Damage = fn(&mut Vec<Span>);
    let cases: [(Damage, Story, &[&str], &str); 9] = [
        (
            |spans| drop(spans.pop()),
            Story::Checkout,
            &["10 spans came instead of 11"],
            "the last call did not arrive",
        ),
        (
            |spans| drop(spans.remove(5)),
            Story::Checkout,
            &[
                "10 spans came instead of 11",
                "checkout CLIENT inventory.shop/reservations with 4 spans above came instead of \
                 cart SERVER /carts/ with 5 spans above",
            ],
            "one in the middle did not arrive",
        ),
        (
            |spans| spans[1].parent_id = Some("elsewhere".to_owned()),
            Story::Health,
            &["storefront SERVER /health with 0 spans above came instead of storefront SERVER \
               /health with 1 spans above"],
            "the parent is unknown",
        ),
        (
            |spans| spans[1].parent_id = None,
            Story::Health,
            &["storefront SERVER /health with 0 spans above came instead of storefront SERVER \
               /health with 1 spans above"],
            "a second root",
        ),
        (
            |spans| spans[0].parent_id = Some("elsewhere".to_owned()),
            Story::Health,
            &["edge SERVER /health with 0 spans above came instead of edge SERVER /health with 0 \
               spans above"],
            "the root has a parent",
        ),
        (
            |spans| spans[2].kind = Kind::Server,
            Story::Browse,
            &["storefront SERVER inventory.shop/stock with 2 spans above came instead of \
               storefront CLIENT inventory.shop/stock with 2 spans above"],
            "the kind is wrong",
        ),
        (
            |spans| spans[1].error = Some("500".to_owned()),
            Story::Health,
            &["storefront SERVER /health with 1 spans above: ERROR 500 instead of OK"],
            "an error where none must be",
        ),
        (
            |spans| spans[10].error = None,
            Story::FailedCheckout,
            &["payments CLIENT provider.example/v1/charges with 6 spans above: OK instead of \
               ERROR 503"],
            "no error where one must be",
        ),
        (
            |spans| spans[7].end -= 1_000_000,
            Story::SlowCheckout,
            &["inventory SERVER /reservations with 5 spans above: took 799.0 ms and not 800.0 ms"],
            "quick where it must be slow",
        ),
    ];
    for (damage, story, want, reason) in cases {
        let mut spans = fixtures::story(story);
        damage(&mut spans);
        assert_eq!(problems(&Trace::new(spans), story), want, "{reason}");
    }
}
