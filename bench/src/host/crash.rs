//! Handlers that crash now and then: each loop is killed at a fault point of a batch, once in so
//! many inputs, and opened again as a new process would. What was not committed comes again; so
//! does what was, and the fence absorbs it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jangteo::shop::Places;
use runtime::{FaultPoint, Handle, Service, Status};

/// How often the counts are looked at: some batches.
const LOOK: Duration = Duration::from_millis(5);

/// A loop that can be killed.
struct Target<'p> {
    status: &'p Status,
    kill: Box<dyn Fn(FaultPoint) + 'p>,
    /// The count of inputs at which it is killed next.
    next: u64,
}

impl<'p> Target<'p> {
    fn of<S: Service>(handle: &'p Handle<S>, every: u64) -> Self {
        let status = handle.status();
        Self {
            status,
            kill: Box::new(move |point| handle.fail_at(point)),
            next: status.inputs.load(Ordering::Relaxed) + every,
        }
    }
}

/// Kills the loops that hear events of orders once in `every` inputs each, at each point in turn.
pub(super) async fn once_in(every: u64, places: &Places) {
    let mut targets = [
        Target::of(&places.product.handle, every),
        Target::of(&places.order.handle, every),
        Target::of(&places.order_view.handle, every),
        Target::of(&places.payment.handle, every),
        Target::of(&places.promotion.handle, every),
    ];
    let mut points = FaultPoint::ALL.into_iter().cycle();
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        for target in &mut targets {
            let inputs = target.status.inputs.load(Ordering::Relaxed);
            if inputs >= target.next {
                target.next = inputs + every;
                points
                    .next()
                    .into_iter()
                    .for_each(|point| (target.kill)(point));
            }
        }
    }
}
