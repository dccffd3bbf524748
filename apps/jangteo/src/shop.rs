//! The shop: five services and the order view over one data folder, behind the
//! gateway.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use boot::{Ended, Folder, Host, Hosted, Place, Running};
use contracts::envelope::ServiceName;
use db::Readers;
use event_log::Topic;
use gateway::Plan;
use order::Order;
use order::view::OrderView;
use payment::Payment;
use product::Product;
use promotion::Promotion;
use user::User;

use crate::operations::{self, Operations};
use crate::{backup, check};

/// A shop whose loops run; its router is not served yet.
pub struct Shop {
    pub places: Places,
    pub started: Vec<Started>,
    router: Router,
    behind: [Router; SERVICES.len()],
    running: Running,
}

/// Where each service is reached in process.
#[derive(Clone)]
pub struct Places {
    pub user: Place<User>,
    pub product: Place<Product>,
    pub order: Place<Order>,
    pub order_view: Place<OrderView>,
    pub payment: Place<Payment>,
    pub promotion: Place<Promotion>,
    pub topics: Arc<[Arc<Topic>]>,
    /// What a check or a backup reads through, in the order of `check::DATABASES`.
    pub long_readers: Arc<[Readers]>,
}

/// What runs in this process, as routes name it.
pub(crate) const SERVICES: [&str; 6] = [
    "user",
    "product",
    "order",
    "payment",
    "promotion",
    "operations",
];

/// How long a service took to open.
pub struct Started {
    pub name: &'static str,
    pub took: Duration,
}

impl Shop {
    /// Opens the databases, takes the writers over and starts the loops, behind the gateway that
    /// ships.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        Self::start_behind(Plan::shipped(), folder).await
    }

    /// As `start`, behind a gateway of one's own.
    pub async fn start_behind(plan: Plan, folder: &Path) -> anyhow::Result<Self> {
        plan.look(&SERVICES)?;
        let opened = Folder::open(folder)?;
        check::refuse_emptied(folder)?;
        let mut host = Host::new(opened, boot::now)?;
        let mut started = Vec::new();
        let mut clock = Stopwatch::start();
        let mut lap = |name| {
            started.push(Started {
                name,
                took: clock.lap(),
            })
        };
        host.claim::<User>(User::MIGRATIONS)?;
        host.claim::<Product>(Product::MIGRATIONS)?;
        host.claim::<Order>(Order::MIGRATIONS)?;
        host.claim::<OrderView>(order::VIEW_MIGRATIONS)?;
        host.claim::<Payment>(Payment::MIGRATIONS)?;
        host.claim::<Promotion>(Promotion::MIGRATIONS)?;
        let user = host.open::<User>(User::MIGRATIONS).await?;
        lap("user");
        let product = host.open::<Product>(Product::MIGRATIONS).await?;
        lap("product");
        let order = host.open::<Order>(Order::MIGRATIONS).await?;
        let order_view = host.open::<OrderView>(order::VIEW_MIGRATIONS).await?;
        lap("order");
        let payment = host.open::<Payment>(Payment::MIGRATIONS).await?;
        lap("payment");
        let promotion = host.open::<Promotion>(Promotion::MIGRATIONS).await?;
        lap("promotion");
        let places = Places {
            user: host.place(user).await?,
            product: host.place(product).await?,
            order: host.place(order).await?,
            order_view: host.place(order_view).await?,
            payment: host.place(payment).await?,
            promotion: host.place(promotion).await?,
            topics: host.topics().into(),
            long_readers: check::long_readers(folder),
        };
        backup::remove_unfinished(folder)?;
        let operations = Operations::new(places.clone(), plan.meters());
        let rebuild = operations.rebuild.clone();
        let routers = [
            User::router(places.user.clone())?,
            Product::router(places.product.clone())?,
            Order::router(places.order.clone())?,
            Payment::router(places.payment.clone())?,
            Promotion::router(places.promotion.clone())?,
            operations::router(operations),
        ];
        let behind = routers.clone();
        let services = SERVICES.into_iter().zip(routers).collect();
        let router = plan.open(services, host.verifier())?.router();
        lap("gateway");
        let running = host.run()?;
        // Nobody waits for it: lists read none of what it takes away.
        tokio::spawn(async move {
            if let Err(error) = rebuild.tidy().await {
                tracing::warn!(%error, "could not take a broken off rebuild away");
            }
        });
        Ok(Self {
            places,
            started,
            router,
            behind,
            running,
        })
    }

    /// Every route of the services as it stands behind the gateway, for whoever compares.
    pub fn behind(&self) -> Router {
        let routers = self.behind.iter().cloned();
        routers.fold(Router::new(), Router::merge)
    }

    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The first loop that ended by itself: the shop cannot go on without it.
    pub async fn ended(&mut self) -> Option<Ended> {
        self.running.ended().await
    }

    /// Answers what is queued, writes the positions and ends the loops.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.running.stop().await
    }
}

impl Places {
    /// The readers of a service's database.
    pub fn readers(&self, service: ServiceName) -> &Arc<Readers> {
        match service {
            ServiceName::User => &self.user.readers,
            ServiceName::Product => &self.product.readers,
            ServiceName::Order => &self.order.readers,
            ServiceName::Payment => &self.payment.readers,
            ServiceName::Promotion => &self.promotion.readers,
        }
    }
}

/// Laps for the banner.
struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "measures the start, decides nothing"
    )]
    fn start() -> Self {
        Self(Instant::now())
    }

    fn lap(&mut self) -> Duration {
        let took = self.0.elapsed();
        *self = Self::start();
        took
    }
}
