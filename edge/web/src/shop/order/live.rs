//! An order's events as a stream, for the page that follows it: the API's own, asked for with the
//! visitor's token, because a browser sends a stream no header but its cookies.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use super::order_id;
use crate::trouble::Trouble;
use crate::visit::Visit;

pub(super) async fn events(
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    visit.member()?;
    let path = format!("/api/v1/orders/{}/events", order_id(&id)?);
    let stream = visit
        .api
        .stream(&path, headers.get("last-event-id"))
        .await?;
    Ok(stream)
}
