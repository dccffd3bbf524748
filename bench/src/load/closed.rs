//! Closed loop: so many connections, each with one request under way and the next right after
//! it. Finds the most that is answered; says nothing about how long an order waits.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use futures::future::try_join_all;

use super::governor::Governor;
use super::request::{Mix, Shoppers, Wanted};
use super::tally::Tally;
use super::wire::Wire;
use crate::machine::now;

/// When a pass is over.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    Elapsed(Duration),
    Requests(u64),
}

/// So many connections that ask for the same mix.
pub struct Closed<'s> {
    pub port: u16,
    pub connections: usize,
    pub shoppers: &'s RefCell<Shoppers>,
    pub until: Until,
}

/// What one pass saw.
#[derive(Debug, Default)]
pub struct Passed {
    pub tally: Tally,
    pub seconds: f64,
}

struct Pass {
    begun: Instant,
    until: Until,
    sent: Cell<u64>,
    tally: RefCell<Tally>,
}

impl Pass {
    fn begin(until: Until) -> Self {
        Self {
            begun: now(),
            until,
            sent: Cell::new(0),
            tally: RefCell::default(),
        }
    }

    /// Whether one more request is to be sent; counts it.
    fn goes_on(&self) -> bool {
        let goes_on = !self.is_over();
        self.sent.set(self.sent.get() + u64::from(goes_on));
        goes_on
    }

    fn is_over(&self) -> bool {
        match self.until {
            Until::Elapsed(length) => self.begun.elapsed() >= length,
            Until::Requests(count) => self.sent.get() >= count,
        }
    }

    fn end(self) -> Passed {
        Passed {
            seconds: self.begun.elapsed().as_secs_f64(),
            tally: self.tally.into_inner(),
        }
    }
}

impl Closed<'_> {
    /// Every request is answered before its connection sends the next.
    pub async fn run(&self, mix: Mix) -> anyhow::Result<Passed> {
        let pass = Pass::begin(self.until);
        let senders = (0..self.connections).map(|_| self.send(&pass, mix));
        try_join_all(senders).await?;
        Ok(pass.end())
    }

    /// Orders are only accepted, so many under way; over when all of them have ended.
    pub async fn saturate(&self, mix: Mix, window: u64) -> anyhow::Result<Passed> {
        let governor = Governor::begin(self.port, window).await?;
        let pass = Pass::begin(self.until);
        self.shoppers.borrow_mut().waiting(false);
        let senders = (0..self.connections)
            .map(|_| self.accept(&pass, &governor, || self.shoppers.borrow_mut().draw(mix)));
        self.watched(&pass, &governor, senders).await?;
        Ok(pass.end())
    }

    /// As `saturate`, so many orders in a request.
    pub async fn batches(&self, orders: usize, window: u64) -> anyhow::Result<Passed> {
        let governor = Governor::begin(self.port, window).await?;
        let pass = Pass::begin(self.until);
        let senders = (0..self.connections).map(|_| {
            self.accept(&pass, &governor, || {
                self.shoppers.borrow_mut().batch(orders)
            })
        });
        self.watched(&pass, &governor, senders).await?;
        Ok(pass.end())
    }

    async fn watched<F>(
        &self,
        pass: &Pass,
        governor: &Governor,
        senders: impl Iterator<Item = F>,
    ) -> anyhow::Result<()>
    where
        F: Future<Output = anyhow::Result<()>>,
    {
        let open = Cell::new(true);
        let all = async {
            let sent = try_join_all(senders).await;
            open.set(false);
            sent
        };
        tokio::try_join!(all, governor.watch(self.port, || !open.get()))?;
        self.shoppers.borrow_mut().waiting(true);
        pass.tally.borrow_mut().completed = governor.accepted();
        Ok(())
    }

    async fn send(&self, pass: &Pass, mix: Mix) -> anyhow::Result<()> {
        let mut wire = Wire::connect(self.port).await?;
        while pass.goes_on() {
            let wanted = self.shoppers.borrow_mut().draw(mix);
            let first = self.one(&mut wire, pass, &wanted).await?;
            if wanted.twice {
                let begun = now();
                let reply = wire.exchange(&wanted.bytes).await?;
                let mut tally = pass.tally.borrow_mut();
                tally.replayed += u64::from(reply.text("orderId") == first.as_deref());
                tally.count(&reply, begun.elapsed());
                // The order counts once, however often it is told.
                tally.completed -= u64::from(reply.status == 201);
            }
        }
        Ok(())
    }

    /// The order that the answer tells of.
    async fn one(
        &self,
        wire: &mut Wire,
        pass: &Pass,
        wanted: &Wanted,
    ) -> anyhow::Result<Option<String>> {
        let begun = now();
        let reply = wire.exchange(&wanted.bytes).await?;
        pass.tally.borrow_mut().count(&reply, begun.elapsed());
        let order = reply.text("orderId").map(str::to_owned);
        if let Some(order) = &order {
            self.shoppers.borrow_mut().saw(wanted.buyer, order);
        }
        Ok(order)
    }

    async fn accept(
        &self,
        pass: &Pass,
        governor: &Governor,
        draw: impl Fn() -> Wanted,
    ) -> anyhow::Result<()> {
        let mut wire = Wire::connect(self.port).await?;
        loop {
            governor.until_room().await;
            if !pass.goes_on() {
                return Ok(());
            }
            let (wanted, begun) = (draw(), now());
            let reply = wire.exchange(&wanted.bytes).await?;
            let orders = match reply.status {
                202 => 1,
                200 => count(reply.body, b"\"orderId\""),
                _ => 0,
            };
            governor.accept(orders);
            pass.tally.borrow_mut().count(&reply, begun.elapsed());
        }
    }
}

fn count(text: &[u8], word: &[u8]) -> u64 {
    text.windows(word.len()).filter(|it| *it == word).count() as u64
}
