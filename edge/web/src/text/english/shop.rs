//! The storefront in English.

use contracts::saga::Step;

use crate::text::{
    Cart, Checkout, Coupons, Frame, Home, Login, NoticeTexts, Order, Orders, Points, Product,
    Products, TroubleTexts, Words,
};

pub(super) const FRAME: Frame = Frame {
    shop: "Jangteo",
    about: "is the example shop of an open order platform. Nothing is really sold or sent.",
    skip: "Skip to content",
    navigation: "Main menu",
    search: "Search products",
    search_hint: "Product name",
    search_button: "Search",
    home: "Home",
    cart: "Cart",
    in_cart: |count| match count {
        1 => "1 product".to_owned(),
        count => format!("{count} products"),
    },
    orders: "Orders",
    coupons: "Coupons",
    points: "Points",
    log_in: "Log in",
    api: "API docs",
    console: "Console",
    language: "Language",
    theme: "Colours",
    theme_system: "System",
    theme_light: "Light",
    theme_dark: "Dark",
    more: "Show more",
};

pub(super) const NOTICE: NoticeTexts = NoticeTexts {
    added_to_cart: "Added to your cart.",
    cart_changed: "Your cart was changed.",
    cart_full: "A cart holds up to 50 products.",
    coupon_issued: "The coupon is yours.",
    points_charged: "Points were charged.",
    order_cancelled: "The order was cancelled.",
    refund_accepted: "The return was accepted.",
    account_saved: "Your account was saved.",
    logged_in: "Welcome. You are logged in.",
    logged_out: "You are logged out.",
    registered: "Welcome to the shop.",
    account_closed: "Your account is closed. Thank you for your time here.",
    nothing_to_order: "There is nothing that can be ordered now.",
    checked: "The invariants were checked.",
};

pub(super) const TROUBLE: TroubleTexts = TroubleTexts {
    no_page: "No such page",
    no_page_detail: "Check the address: the page may have moved, or be gone.",
    not_yours: "This account may not see this page.",
    busy: "The shop is busy. Try again in a moment.",
    try_again: "Try again, and tell us when it goes on.",
    trace: "Tell us this when you ask:",
    home: "To the first page",
    again: "Try again",
};

pub(super) const HOME: Home = Home {
    title: "Today",
    greeting: "What you need, at its price.",
    lead: "An order ends within seconds; one that cannot gives everything back.",
    best: "Best sellers",
    as_of: |time| format!("as of {time}, last 7 days"),
    new: "New in the shop",
    all: "All products",
};

pub(super) const PRODUCTS: Products = Products {
    all: "All products",
    categories: "Categories",
    list: "Products",
    category,
    results: |q| format!("Results for “{q}”"),
    nothing: "Nothing was found.",
    hint: "Korean initials work too: ㅁㄱㅋ finds 머그컵.",
    sort: "Sort",
    apply: "Apply",
    newest: "Newest",
    cheapest: "Price, low to high",
    dearest: "Price, high to low",
    by_name: "Name",
};

/// The categories of the demonstration.
fn category(name: &str) -> Option<Words> {
    Some(match name {
        "주방" => "Kitchen",
        "식품" => "Food",
        "커피와 차" => "Coffee and tea",
        "의류" => "Clothes",
        "문구" => "Stationery",
        "욕실" => "Bathroom",
        "가전 소품" => "Small electronics",
        "생활" => "Home",
        "운동" => "Sports",
        "반려동물" => "Pets",
        _ => return None,
    })
}

pub(super) const PRODUCT: Product = Product {
    place: "You are here",
    plenty: "In stock",
    left: |left| format!("{left} left"),
    sold_out: "Sold out",
    discontinued: "Discontinued",
    cannot_be_bought: "It cannot be bought now.",
    quantity: "Quantity",
    add: "Add to cart",
    buy: "Buy now",
    note_points: "You pay with points.",
    note_coupon: "Choose a coupon in the order form.",
    coupons: "See coupons",
    note_undo: "An order that cannot complete gives stock, coupon and points back.",
};

pub(super) const CART: Cart = Cart {
    title: "Cart",
    empty: "Your cart is empty.",
    look_around: "Look around",
    quantity: "quantity",
    change: "Change",
    remove: "Remove",
    gone: "This product is no longer sold.",
    cannot_be_had: "So many cannot be had. Take fewer, or remove it.",
    total: "Subtotal",
    coupon_next: "You choose a coupon in the next step.",
    order: "Go to order",
    cannot_be_ordered: "Change or remove what cannot be had, then you can order.",
};

pub(super) const CHECKOUT: Checkout = Checkout {
    title: "Order form",
    way: "Steps to an order",
    step_cart: "Cart",
    step_form: "Order form",
    step_confirm: "Confirm",
    lines: "Products",
    product: "Product",
    quantity: "Quantity",
    amount: "Amount",
    coupon: "Coupon",
    no_coupon: "No coupon",
    until: |day| format!("until {day}"),
    short_by: |won| format!("for {won} more"),
    elsewhere: "not for these products",
    total: "Subtotal",
    balance: "Your points",
    next: "Review the order",
    not_yet: "Nothing is ordered yet: the next page shows it once more.",
    cannot_be_ordered: "Something here cannot be had. Change it in the cart.",
    to_cart: "To the cart",
    confirm_title: "Confirm your order",
    confirm_lead: "This is what you order. Correct it if anything is wrong.",
    to_pay: "Points to pay",
    after: "Points afterwards",
    points_short: |won| format!("You are {won} short."),
    charge: "Charge points",
    pay: |won| format!("Order for {won}"),
    correct: "Correct it",
    once: "However often you press, it is ordered once.",
};

pub(super) const ORDER: Order = Order {
    title: |number| format!("Order {number}"),
    pending: "Your order is on its way",
    completed: "Your order is confirmed",
    refunded: "All of it was returned",
    undoing: "The order was cancelled and is being undone",
    cancelled: "The order was cancelled",
    progress: "Progress",
    stage,
    stage_now: "under way",
    stage_ahead: "waiting",
    stage_refused: "stopped here",
    stage_undoing: "being undone",
    stage_undone: "undone",
    stage_never: "not done",
    points_short: |won| format!("You were {won} short"),
    out_of_stock: |name, left, wanted| match left {
        ..=0 => format!("{name} is sold out."),
        left => format!("Of {name}, {left} are left and {wanted} were ordered."),
    },
    price_changed: |name, price| format!("{name} now costs {price}."),
    not_found: |name| format!("{name} is gone."),
    not_on_sale: |name| format!("{name} is not on sale now."),
    put_back: "What was put back",
    undone,
    nothing_taken: "No stock, coupon or points were taken.",
    charge: "Charge points",
    try_again: "Order again",
    look_around: "Other products",
    lines: "Products",
    unnamed: "A product being looked up",
    receipt: "Receipt",
    number: "Number",
    total: "Subtotal",
    discount: "Coupon",
    paid: "Points paid",
    refund_under_way: "Return under way",
    refund_done: "Returned",
    timeline: "Record",
    in_console: "See it in the console",
    cancel: "Cancel the order",
    refund: "Return something",
    refund_lead: "How many pieces come back? The points return at once.",
    reason: "Reason (optional)",
    no_reason: "at the customer's wish",
    refund_button: "Return",
};

const fn stage(step: Option<Step>) -> Words {
    match step {
        None => "Placed",
        Some(Step::DeductStock) => "Stock",
        Some(Step::ApplyCoupon) => "Coupon",
        Some(Step::PayPoints) => "Points",
        Some(_) => "Confirmed",
    }
}

const fn undone(step: Step) -> Words {
    match step {
        Step::DeductStock => "The products are back on the shelf",
        Step::ApplyCoupon => "The coupon is yours again",
        _ => "The points are back on your balance",
    }
}

pub(super) const ORDERS: Orders = Orders {
    title: "Orders",
    all: "All",
    pending: "Under way",
    completed: "Confirmed",
    cancelled: "Cancelled",
    refunded: "Returned",
    empty: "No orders yet.",
    and_others: |others| format!("and {others} more"),
};

pub(super) const COUPONS: Coupons = Coupons {
    title: "Coupons",
    offered: "Coupons to have",
    none_offered: "No coupons are given out now.",
    held: "Your coupons",
    none_held: "You have no coupons.",
    log_in: "Log in to see your coupons.",
    remaining: |count| format!("{count} left"),
    only: "Only for:",
    have: "Yours",
    issue: "Get it",
    until: |day| format!("until {day}"),
    available: "Available",
    used: "Used",
    expired: "Expired",
    at_most: |won| format!("at most {won}"),
    at_least: |won| format!("for orders from {won}"),
    any_order: "for any order",
};

pub(super) const POINTS: Points = Points {
    title: "Points",
    balance: "Points you can use now",
    charge: "Charge",
    charge_button: "Charge",
    amount: "Amount to charge",
    at_most: |won| format!("up to {won} at once"),
    history: "History",
    all: "All",
    charged: "Charged",
    used: "Used",
    returned: "Returned",
    nothing: "Nothing yet.",
    order: "See the order",
    after: "balance",
};

pub(super) const LOGIN: Login = Login {
    title: "Log in",
    email: "Email",
    password: "Password",
    password_hint: "at least 8 characters",
    log_in: "Log in",
    log_out: "Log out",
    new_here: "New here?",
    register: "Register",
    register_button: "Register",
    name: "Name",
    phone: "Phone",
    address: "Address",
    optional: "optional",
    demo: "Demo accounts",
    demo_lead: "One press logs you in.",
    demo_shopper: "As a member,",
    demo_operator: "As an operator,",
    account: "Your account",
    save: "Save",
    close: "Close the account",
    close_lead: "You cannot log in afterwards, and points and coupons are lost.",
    close_sure: "I am sure",
};
