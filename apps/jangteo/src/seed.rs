//! What a new shop begins with: products, coupons, members with points. Every command carries a
//! fixed idempotency key, so that a start broken off in the middle goes on where it ended.

use std::time::Duration;

use anyhow::{Context, bail};
use contracts::envelope::{Actor, Trace};
use contracts::http::Role;
use contracts::http::promotion::{CouponTerms, Discount, ScopeView, Validity};
use contracts::http::user::{Email, Password};
use contracts::ids::{CouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::time::Timestamp;
use futures::future::try_join_all;
use runtime::idempotency::KeyUse;
use user::domain::{PasswordHash, Profile};
use user::passwords::Passwords;

use crate::shop::Places;

mod catalogue;

/// The password of every seeded member.
pub const PASSWORD: &str = "demo1234";
pub const SHOPPER: &str = "shopper@demo";
/// The operator on call; also an admin.
pub const ONCALL: &str = "oncall@demo";

const DAY: Duration = Duration::from_secs(86_400);

/// How much there is of everything.
pub struct Seeded {
    pub products: usize,
    pub users: usize,
    pub coupons: usize,
    pub points: Money,
}

/// Fills an empty shop, or finishes filling it.
pub async fn seed(places: &Places) -> anyhow::Result<Seeded> {
    let users = register_members(places).await?;
    let products = create_products(places).await?;
    charge_points(places, &users).await?;
    let coupons = create_coupons(places).await?;
    issue_coupons(places, &coupons, &users).await?;
    Ok(Seeded {
        products,
        users: users.len(),
        coupons: coupons.len(),
        points: Money::new(catalogue::POINTS * i64::try_from(users.len())?),
    })
}

fn key(what: &str, index: usize) -> KeyUse {
    KeyUse {
        scope: format!("seed:{what}:{index}"),
        fingerprint: b"seed".to_vec(),
    }
}

async fn register_members(places: &Places) -> anyhow::Result<Vec<UserId>> {
    let demo = [
        (SHOPPER, "데모 회원", Role::Shopper),
        (ONCALL, "당직 운영자", Role::Admin),
    ];
    let mut members: Vec<_> = demo
        .map(|(email, name, role)| (email.to_owned(), name, role))
        .into();
    for (index, name) in catalogue::MEMBERS.iter().enumerate() {
        members.push((format!("member{:02}@demo", index + 1), name, Role::Shopper));
    }
    // One hash for all: their password is public anyway, and twenty would cost a second.
    let mut hash: Option<PasswordHash> = None;
    let mut users = Vec::new();
    for (email, name, role) in members {
        let email = Email::parse(&email).context("a seeded email is not one")?;
        let known = places
            .user
            .readers
            .with(|reader| user::view::by_email(reader, &email));
        if let Some(account) = known? {
            users.push(account.user_id);
            continue;
        }
        let password_hash = match &hash {
            Some(hash) => hash.clone(),
            None => {
                let made = Passwords::new()?.hash(Password::new(PASSWORD)).await;
                let made = made.map_err(|_| anyhow::anyhow!("could not hash a password"))?;
                hash.insert(made).clone()
            }
        };
        let id = places.user.handle.next_id();
        let profile = Profile {
            name: name.to_owned(),
            phone: None,
            address: None,
        };
        let command = user::input::Register {
            id,
            email,
            profile,
            password_hash,
            role,
        };
        let input = user::input::Input::Register(command);
        match places
            .user
            .handle
            .send(input, Actor::System, Trace::NONE)
            .await?
        {
            user::decide::Reply::Account(account) => users.push(account.user_id),
            user::decide::Reply::Refused(refusal) => bail!("could not add a member: {refusal}"),
            user::decide::Reply::Refreshed { .. } | user::decide::Reply::LoggedOut => {
                bail!("a member logged in, and was not added")
            }
        }
    }
    Ok(users)
}

async fn create_products(places: &Places) -> anyhow::Result<usize> {
    let handle = &places.product.handle;
    let mut commands = Vec::new();
    let goods = catalogue::SHELVES.iter().flat_map(|shelf| {
        shelf
            .goods
            .iter()
            .map(|(name, name_en, price)| (shelf.category, *name, *name_en, *price))
    });
    for (category, name, name_en, price) in goods {
        let pack = (price * 2 * 9 / 10) / 100 * 100;
        let both = [
            (name.to_owned(), name_en.to_owned(), price),
            (
                format!("{name} 2개 묶음"),
                format!("{name_en}, pack of 2"),
                pack,
            ),
        ];
        for (name, name_en, price) in both {
            let command = product::input::CreateProduct {
                id: handle.next_id(),
                name,
                name_en,
                category: category.to_owned(),
                price: Money::new(price),
                stock: Quantity::new(catalogue::STOCK),
                key: key("product", commands.len()),
            };
            commands.push(product::input::Input::CreateProduct(command));
        }
    }
    let count = commands.len();
    let sent = commands
        .into_iter()
        .map(|input| handle.send(input, Actor::System, Trace::NONE));
    for reply in try_join_all(sent).await? {
        if let product::decide::Reply::Refused(refusal) = reply {
            bail!("could not add a product: {refusal}");
        }
    }
    Ok(count)
}

async fn charge_points(places: &Places, users: &[UserId]) -> anyhow::Result<()> {
    let handle = &places.payment.handle;
    let sent = users.iter().enumerate().map(|(index, user_id)| {
        let charge = payment::input::Charge {
            id: handle.next_id(),
            user_id: *user_id,
            amount: Money::new(catalogue::POINTS),
            key: key("points", index),
        };
        handle.send(
            payment::input::Input::Charge(charge),
            Actor::System,
            Trace::NONE,
        )
    });
    for reply in try_join_all(sent).await? {
        if let payment::decide::Reply::Refused(refusal) = reply {
            bail!("could not charge points: {refusal}");
        }
    }
    Ok(())
}

async fn create_coupons(places: &Places) -> anyhow::Result<Vec<CouponId>> {
    let handle = &places.promotion.handle;
    let sent = terms(handle.now())
        .into_iter()
        .enumerate()
        .map(|(index, terms)| {
            let id = handle.next_id();
            let command = promotion::input::CreateCoupon {
                id,
                terms,
                key: key("coupon", index),
            };
            let input = promotion::input::Input::CreateCoupon(Box::new(command));
            handle.send(input, Actor::System, Trace::NONE)
        });
    let mut coupons = Vec::new();
    for reply in try_join_all(sent).await? {
        match reply {
            promotion::decide::Reply::Created { coupon, .. } => coupons.push(coupon.coupon_id),
            promotion::decide::Reply::Issued { .. } | promotion::decide::Reply::Changed(_) => {
                bail!("a coupon was issued or changed, not created")
            }
            promotion::decide::Reply::Refused(refusal) => {
                bail!("could not offer a coupon: {refusal}")
            }
        }
    }
    Ok(coupons)
}

/// All but the last coupon go to every member; the last is first come, first served.
async fn issue_coupons(
    places: &Places,
    coupons: &[CouponId],
    users: &[UserId],
) -> anyhow::Result<()> {
    let handle = &places.promotion.handle;
    let given = &coupons[..coupons.len().saturating_sub(1)];
    let pairs = given
        .iter()
        .flat_map(|coupon| users.iter().map(move |user| (*coupon, *user)));
    let sent = pairs.enumerate().map(|(index, (coupon_id, user_id))| {
        let user_coupon_id = handle.next_id();
        let key = key("issue", index);
        let command = promotion::input::IssueCoupon {
            user_coupon_id,
            coupon_id,
            user_id,
            key,
        };
        handle.send(
            promotion::input::Input::IssueCoupon(command),
            Actor::System,
            Trace::NONE,
        )
    });
    for reply in try_join_all(sent).await? {
        if let promotion::decide::Reply::Refused(refusal) = reply {
            bail!("could not issue a coupon: {refusal}");
        }
    }
    Ok(())
}

fn terms(now: Timestamp) -> Vec<CouponTerms> {
    let offer = |name: &str, discount, minimum, total_quantity| CouponTerms {
        name: name.to_owned(),
        discount,
        min_order_amount: Money::new(minimum),
        scope: ScopeView::default(),
        total_quantity,
        issue_from: now.minus(DAY),
        issue_to: now.plus(DAY * 365),
        validity: Validity::Between {
            from: None,
            to: now.plus(DAY * 365),
        },
    };
    let fixed = |won| Discount::Fixed(Money::new(won));
    let rate = |percent, max| Discount::Rate {
        percent,
        max: Some(Money::new(max)),
    };
    let food = ScopeView {
        product_ids: Vec::new(),
        categories: vec!["식품".to_owned()],
    };
    vec![
        offer("가입 축하 3,000원", fixed(3_000), 10_000, 100_000),
        offer("전 상품 10% (최대 5,000원)", rate(10, 5_000), 0, 100_000),
        CouponTerms {
            scope: food,
            ..offer("식품 1,000원", fixed(1_000), 0, 100_000)
        },
        offer(
            "주말 15% (최대 10,000원)",
            rate(15, 10_000),
            30_000,
            100_000,
        ),
        offer("선착순 100명 5,000원", fixed(5_000), 20_000, 100),
    ]
}
