//! What Product serves: the catalogue to everybody, stock and its ledger to the shop's staff.
//! Orders do not come through here: they are heard as events.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use axum::Router;
use axum::extract::{FromRef, State};
use boot::Place;
use contracts::http::product::{
    AdjustStock, BatchGet, BatchView, CategoryView, CreateProduct, ListProducts, ProductSort,
    ProductView, StockLedgerView, StockView, TopProducts, TopView, UpdateProduct,
};
use contracts::http::{Page, Role};
use contracts::ids;
use contracts::problem::{Code, Fault, FieldError, Language, Problem, Text};
use platform_http::{
    Caller, Context, Failure, Json, Keyed, Operation, Paging, PathId, Query, Reply, Routes,
};
use runtime::idempotency::KeyUse;

use crate::domain::ranking::Window;
use crate::domain::refusal::Refusal;
use crate::domain::stock::{FULL, Level};
use crate::input::{self, Input};
use crate::view::top::Rankings;
use crate::{Product, decide, view};

mod docs;

/// How many of the best sellers are shown unless asked otherwise.
const TOP: usize = 5;
/// Go into the cursors of the lists.
const CATEGORIES: &str = "categories";
const LEDGER: &str = "stock-ledger";

/// What the handlers work with.
#[derive(Clone)]
struct Api {
    place: Place<Product>,
    rankings: Arc<Rankings>,
}

impl FromRef<Api> for Place<Product> {
    fn from_ref(api: &Api) -> Self {
        api.place.clone()
    }
}

pub fn router(place: Place<Product>) -> Router {
    routes().with_state(Api {
        place,
        rankings: Arc::default(),
    })
}

/// What is served, each with its documentation.
pub fn operations() -> Vec<Operation> {
    routes().operations()
}

fn routes() -> Routes<Api> {
    let (adjustments, moves) = (
        "/api/v1/products/{id}/stock-adjustments",
        "/api/v1/products/{id}/stock-ledger",
    );
    Routes::of(docs::TAG)
        .get("/api/v1/products", list, docs::LIST)
        .post("/api/v1/products", create, docs::CREATE)
        .post("/api/v1/products:batchGet", batch, docs::BATCH)
        .get("/api/v1/products/top", top, docs::TOP)
        .get("/api/v1/categories", categories, docs::CATEGORIES)
        .get("/api/v1/products/{id}", show, docs::SHOW)
        .patch("/api/v1/products/{id}", update, docs::UPDATE)
        .post(adjustments, adjust, docs::ADJUST)
        .get(moves, ledger, docs::LEDGER)
}

async fn list(
    State(place): State<Place<Product>>,
    context: Context,
    Query(asked): Query<ListProducts>,
    paging: Paging,
) -> Result<Json<Page<ProductView>>, Failure> {
    let filter = asked.validate()?;
    let (sort, language) = (filter.sort, context.language);
    let name = list_name(sort, language);
    let after = paging.after::<view::list::Place>(name)?;
    if after.as_ref().is_some_and(|after| !after.is_of(sort)) {
        return Err(Code::InvalidCursor.into());
    }
    let rows = paging.rows();
    let wanted = view::list::Wanted {
        filter,
        after,
        rows,
        language,
    };
    let read = place
        .readers
        .with(|reader| view::list::read(reader, &wanted));
    let found = read.context("could not list the products")?;
    Ok(Json(match found.stopped {
        Some(last) => paging.unfinished(name, found.views, &last),
        None => paging.page(name, found.views, |view| view::list::place(sort, view)),
    }))
}

/// Goes into the cursors: a place in one order is none in another.
const fn list_name(sort: ProductSort, language: Language) -> &'static str {
    match (sort, language) {
        (ProductSort::Newest, _) => "products",
        (ProductSort::PriceAsc, _) => "products-price-asc",
        (ProductSort::PriceDesc, _) => "products-price-desc",
        (ProductSort::Name, Language::Ko) => "products-name",
        (ProductSort::Name, Language::En) => "products-name-en",
    }
}

async fn categories(
    State(place): State<Place<Product>>,
    paging: Paging,
) -> Result<Json<Page<CategoryView>>, Failure> {
    let (after, rows) = (paging.after::<String>(CATEGORIES)?, paging.rows());
    let read = place
        .readers
        .with(|reader| view::categories::read(reader, after.as_deref(), rows));
    let views = read.context("could not list the categories")?;
    Ok(Json(
        paging.page(CATEGORIES, views, |view| view.category.clone()),
    ))
}

async fn show(
    State(place): State<Place<Product>>,
    context: Context,
    PathId(id): PathId<ids::Product>,
) -> Result<Reply<ProductView>, Failure> {
    let read = place
        .readers
        .with(|reader| view::product(reader, id, context.language));
    let found = read.context("could not read a product")?;
    let view = found.ok_or_else(Problem::missing::<ids::Product>)?;
    let version = view.version;
    Ok(Reply::ok(view).etag(version))
}

/// Reads, for more ids than an address takes.
async fn batch(
    State(place): State<Place<Product>>,
    context: Context,
    Json(body): Json<BatchGet>,
) -> Result<Json<BatchView>, Failure> {
    body.validate()?;
    let read = place
        .readers
        .with(|reader| view::batch(reader, &body.ids, context.language));
    let (found, missing) = read.context("could not read products")?;
    Ok(Json(BatchView { found, missing }))
}

async fn top(
    State(api): State<Api>,
    context: Context,
    Query(asked): Query<TopProducts>,
    paging: Paging,
) -> Result<Json<TopView>, Failure> {
    let now = api.place.handle.now();
    let window = Window::of(asked.validate(now.seoul_day())?, now);
    let wanted = (window, paging.limit_or(TOP));
    let readers = &api.place.readers;
    let read = readers.with(|reader| api.rankings.read(reader, wanted, context.language, now));
    Ok(Json(TopView {
        from: window.begins(),
        to: window.ends(),
        items: read.context("could not read the ranking")?,
    }))
}

async fn update(
    State(place): State<Place<Product>>,
    caller: Caller,
    context: Context,
    PathId(product_id): PathId<ids::Product>,
    Json(body): Json<UpdateProduct>,
) -> Result<Reply<ProductView>, Failure> {
    caller.require(Role::Admin)?;
    let change = body.validate()?;
    let input = Input::UpdateProduct(input::UpdateProduct { product_id, change });
    let language = context.language;
    let sent = place.handle.send(input, caller.actor(), context.trace);
    match sent.await.map_err(boot::unanswered)? {
        decide::Reply::Updated { product, level } => {
            let view = view::shown(&product, level, language);
            let version = view.version;
            Ok(Reply::ok(view).etag(version))
        }
        decide::Reply::Refused(refusal) => Err(problem(&refusal).into()),
        decide::Reply::Created { .. } | decide::Reply::Adjusted { .. } => Err(unasked()),
    }
}

async fn create(
    State(place): State<Place<Product>>,
    context: Context,
    keyed: Keyed<CreateProduct>,
) -> Result<Reply<ProductView>, Failure> {
    keyed.caller.require(Role::Admin)?;
    let new = keyed.body.validate()?;
    let language = context.language;
    let input = Input::CreateProduct(input::CreateProduct {
        id: place.handle.next_id(),
        name: new.name,
        name_en: new.name_en,
        category: new.category,
        price: new.price,
        stock: new.stock,
        key: key_use(&keyed),
    });
    match send(&place, context, &keyed, input).await? {
        decide::Reply::Created {
            product,
            level,
            replayed,
        } => {
            let reply = Reply::created(view::shown(&product, level, language))
                .location(&format!("/api/v1/products/{}", product.product_id));
            Ok(if replayed { reply.replayed() } else { reply })
        }
        decide::Reply::Refused(refusal) => Err(problem(&refusal).into()),
        decide::Reply::Adjusted { .. } | decide::Reply::Updated { .. } => Err(unasked()),
    }
}

async fn adjust(
    State(place): State<Place<Product>>,
    context: Context,
    PathId(product_id): PathId<ids::Product>,
    keyed: Keyed<AdjustStock>,
) -> Result<Reply<StockView>, Failure> {
    keyed.caller.require(Role::Operator)?;
    let adjustment = keyed.body.validate()?;
    let input = Input::AdjustStock(input::AdjustStock {
        id: place.handle.next_id(),
        product_id,
        delta: adjustment.delta,
        reason: adjustment.reason,
        key: key_use(&keyed),
    });
    match send(&place, context, &keyed, input).await? {
        decide::Reply::Adjusted { level, replayed } => {
            let reply = Reply::created(stock(level));
            Ok(if replayed { reply.replayed() } else { reply })
        }
        decide::Reply::Refused(refusal) => Err(problem(&refusal).into()),
        decide::Reply::Created { .. } | decide::Reply::Updated { .. } => Err(unasked()),
    }
}

async fn ledger(
    State(place): State<Place<Product>>,
    caller: Caller,
    context: Context,
    PathId(product_id): PathId<ids::Product>,
    paging: Paging,
) -> Result<Json<Page<StockLedgerView>>, Failure> {
    caller.require(Role::Operator)?;
    let (after, rows) = (paging.after(LEDGER)?, paging.rows());
    let wanted = view::ledger::Wanted {
        product_id,
        after,
        rows,
    };
    let read = place.readers.with(|reader| {
        let known = view::product(reader, product_id, context.language)?;
        known
            .map(|_| view::ledger::read(reader, &wanted))
            .transpose()
    });
    let found = read.context("could not read a stock ledger")?;
    let found = found.ok_or_else(Problem::missing::<ids::Product>)?;
    Ok(Json(match found.stopped {
        Some(last) => paging.unfinished(LEDGER, found.views, &last),
        None => paging.page(LEDGER, found.views, |view| {
            view::ledger::place(product_id, view)
        }),
    }))
}

fn key_use<T>(keyed: &Keyed<T>) -> KeyUse {
    KeyUse {
        scope: keyed.scope.as_str().to_owned(),
        fingerprint: keyed.fingerprint.0.to_vec(),
    }
}

async fn send<T>(
    place: &Place<Product>,
    context: Context,
    keyed: &Keyed<T>,
    input: Input,
) -> Result<decide::Reply, Failure> {
    let (scope, actor) = (keyed.scope.as_str(), keyed.caller.actor());
    let sent = place
        .handle
        .send_keyed(scope, input, actor, context.trace)
        .await;
    sent.map_err(boot::unanswered)
}

const fn stock(level: Level) -> StockView {
    StockView {
        available_quantity: level.quantity,
        version: level.version,
    }
}

/// Why a command is refused, as its caller is told.
fn problem(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::NoSuchProduct(_) => Problem::missing::<ids::Product>(),
        Refusal::BelowZero { left } => Problem::new(Code::OutOfStock).detail(
            format!("재고가 {}개 남아 있어요", left.quantity),
            format!("{} pieces are left", left.quantity),
        ),
        Refusal::ShelfFull => {
            let message = Text::new(
                format!("재고는 {FULL}개까지 둘 수 있어요"),
                format!("a stock holds at most {FULL} pieces"),
            );
            Problem::invalid(vec![FieldError::new("/delta", Fault::OutOfRange, message)])
        }
        Refusal::KeyReused => Problem::new(Code::IdempotencyKeyReused),
    }
}

/// A key's scope names its route, so no command gets the answer of another.
fn unasked() -> Failure {
    Failure::internal(anyhow!("a command was answered with another one's reply"))
}

#[cfg(test)]
mod tests;
