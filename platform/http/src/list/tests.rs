use super::*;

fn paging(limit: usize, cursor: Option<String>) -> Paging {
    Paging {
        limit: Some(limit),
        cursor,
    }
}

#[test]
fn pages_follow_one_another_until_the_end() {
    let all: Vec<i64> = (1..=7).collect();
    let mut paging = paging(3, None);
    let mut seen = Vec::new();
    loop {
        let after: Option<i64> = paging.after("numbers").unwrap();
        let rows = all
            .iter()
            .copied()
            .filter(|n| Some(*n) > after)
            .take(paging.rows())
            .collect();
        let page = paging.page("numbers", rows, |n| *n);
        assert!(page.items.len() <= 3);
        seen.extend(page.items);
        paging.cursor = page.next_cursor;
        if paging.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, all);
}

#[test]
fn a_full_last_page_has_no_next() {
    let page = paging(2, None).page("l", vec![1, 2], |n| *n);
    assert_eq!((page.items, page.next_cursor), (vec![1, 2], None));
}

#[test]
fn a_key_survives_its_cursor() {
    let key = (-5_i64, "주문 \"1\"".to_owned());
    let paging = paging(1, Some(encode("l", &key)));
    assert_eq!(paging.after::<(i64, String)>("l").unwrap(), Some(key));
}

#[test]
fn what_is_no_cursor_of_this_list_is_refused() {
    let mine = encode("mine", &1_i64);
    for bad in [
        String::new(),
        "x".into(),
        "zz".into(),
        "주문".into(),
        mine[1..].into(),
        mine[..mine.len() - 2].into(),
        format!("{mine}00"),
        encode("other", &1_i64),
        encode("mine", &"text"),
        encode("mine", &(1, 2)),
        encode("mine", &1.5),
        "5b".repeat(512),
        "5b".repeat(100_000),
    ] {
        let refused = paging(20, Some(bad.clone()))
            .after::<i64>("mine")
            .unwrap_err();
        assert_eq!(refused.problem().code, Code::InvalidCursor, "{bad:.40}");
    }
    assert_eq!(
        paging(20, Some(mine)).after::<i64>("mine").unwrap(),
        Some(1)
    );
}

#[test]
fn an_unfinished_page_goes_on_where_the_reading_stopped() {
    let first = paging(3, None).unfinished("l", vec![9], &4_i64);
    assert_eq!(first.items, [9]);
    let next = paging(3, first.next_cursor);
    assert_eq!(next.after::<i64>("l").unwrap(), Some(4));
}
