//! The passes by name, in the order they are reported.

pub const UNIFORM: &str = "W1 uniform, every shopper waits";
pub const HOT: &str = "W2 hot product, every shopper waits";
pub const UNIFORM_SATURATED: &str = "W1 uniform, saturated";
pub const HOT_SATURATED: &str = "W2 hot product, saturated";
pub const BATCHES: &str = "W1 uniform, `orders:batch`";
pub const FLOOR_SQLITE: &str = "floor: five SQLite databases";
pub const FLOOR_HTTP: &str = "floor: HTTP";
pub const FLOOR_LOG: &str = "floor: log";
pub const QUARTER: &str = "W1 open loop, 25 %";
pub const HALF: &str = "W1 open loop, 50 %";
pub const THREE_QUARTERS: &str = "W1 open loop, 75 %";
pub const NINE_TENTHS: &str = "W1 open loop, 90 %";
pub const FLASH: &str = "W3 flash sale, all answers";
pub const HAPPY: &str = "W4 happy orders";
pub const FAILING: &str = "W4 failing orders, all answers";
pub const CRASHING: &str = "W4 failing orders, handlers crash, all answers";
pub const RUSH: &str = "W5 coupon rush, all answers";
pub const BROWSE: &str = "W6 browse, all answers";
pub const BURST: &str = "W8 burst";
pub const BARE: &str = "bare axum route";
pub const GATEWAY: &str = "the same behind the gateway";
/// At each checkpoint of growth, of the grown shop and of the young one.
pub const GROWTH: [&str; 3] = [
    "W1 after 10,000 orders",
    "W1 after 100,000 orders",
    "W1 after 1,000,000 orders",
];

pub(super) const ALL: [&str; 24] = [
    UNIFORM,
    HOT,
    UNIFORM_SATURATED,
    HOT_SATURATED,
    BATCHES,
    FLOOR_SQLITE,
    FLOOR_HTTP,
    FLOOR_LOG,
    QUARTER,
    HALF,
    THREE_QUARTERS,
    NINE_TENTHS,
    FLASH,
    HAPPY,
    FAILING,
    CRASHING,
    RUSH,
    BROWSE,
    BURST,
    BARE,
    GATEWAY,
    GROWTH[0],
    GROWTH[1],
    GROWTH[2],
];

/// Whether refusals and looks count as well as orders.
pub(super) fn counts_ends(pass: &str) -> bool {
    [FLASH, FAILING, CRASHING, HAPPY, RUSH, BROWSE].contains(&pass)
}

/// Whether an answer there tells the end of an order.
pub(super) fn has_latency(pass: &str) -> bool {
    ![UNIFORM_SATURATED, HOT_SATURATED, BATCHES].contains(&pass)
}
