//! The storefront in Korean.

use contracts::saga::Step;

use crate::text::particles::{subject, topic, towards};
use crate::text::{
    Cart, Checkout, Coupons, Frame, Home, Login, NoticeTexts, Order, Orders, Points, Product,
    Products, TroubleTexts, Words,
};

pub(super) const FRAME: Frame = Frame {
    shop: "장터",
    about: "오픈 소스 주문 플랫폼의 예시 상점이에요. 실제로 팔거나 배송하지 않아요.",
    skip: "본문으로 건너뛰기",
    navigation: "주요 메뉴",
    search: "상품 검색",
    search_hint: "상품 이름이나 초성 (ㅁㄱㅋ)",
    search_button: "검색",
    home: "홈",
    cart: "장바구니",
    in_cart: |count| format!("상품 {count}가지"),
    orders: "주문",
    coupons: "쿠폰",
    points: "포인트",
    log_in: "로그인",
    api: "API 문서",
    console: "운영 콘솔",
    language: "언어",
    theme: "화면 색",
    theme_system: "시스템 색",
    theme_light: "밝게",
    theme_dark: "어둡게",
    more: "더 보기",
};

pub(super) const NOTICE: NoticeTexts = NoticeTexts {
    added_to_cart: "장바구니에 담았어요.",
    cart_changed: "장바구니를 바꿨어요.",
    cart_full: "장바구니에는 50가지까지 담을 수 있어요.",
    coupon_issued: "쿠폰을 받았어요.",
    points_charged: "포인트를 충전했어요.",
    order_cancelled: "주문을 취소했어요.",
    refund_accepted: "반품을 접수했어요.",
    account_saved: "내 정보를 저장했어요.",
    logged_in: "반가워요. 로그인했어요.",
    logged_out: "로그아웃했어요.",
    registered: "가입을 환영해요.",
    account_closed: "탈퇴했어요. 그동안 고마웠어요.",
    nothing_to_order: "지금 주문할 수 있는 상품이 없어요.",
    checked: "불변식을 확인했습니다.",
};

pub(super) const TROUBLE: TroubleTexts = TroubleTexts {
    no_page: "없는 페이지예요",
    no_page_detail: "주소를 다시 확인해 주세요. 옮겼거나 사라진 페이지일 수 있어요.",
    not_yours: "이 페이지를 볼 권한이 없는 계정이에요.",
    busy: "지금은 바빠요. 잠시 뒤에 다시 시도해 주세요.",
    try_again: "다시 시도해 주세요. 계속되면 알려 주세요.",
    trace: "문의할 때 알려 주세요:",
    home: "홈으로",
    again: "다시 시도",
};

pub(super) const HOME: Home = Home {
    title: "오늘의 장터",
    greeting: "필요한 것만, 제값에.",
    lead: "주문은 몇 초 안에 끝나고, 끝나지 못하면 모두 되돌려 드려요.",
    best: "많이 찾는 상품",
    as_of: |time| format!("{time} 기준, 지난 7일"),
    new: "새로 들어왔어요",
    all: "전체 상품",
};

pub(super) const PRODUCTS: Products = Products {
    all: "전체 상품",
    categories: "카테고리",
    list: "상품 목록",
    results: |q| format!("‘{q}’ 검색 결과"),
    nothing: "찾는 상품이 없어요.",
    hint: "초성으로도 찾을 수 있어요. 예: ㅁㄱㅋ → 머그컵",
    sort: "정렬",
    apply: "적용",
    newest: "최신순",
    cheapest: "낮은 가격순",
    dearest: "높은 가격순",
    by_name: "이름순",
};

pub(super) const PRODUCT: Product = Product {
    place: "현재 위치",
    plenty: "넉넉함",
    left: |left| format!("{left}개 남음"),
    sold_out: "품절",
    discontinued: "판매 종료",
    cannot_be_bought: "지금은 살 수 없어요.",
    quantity: "수량",
    add: "장바구니에 담기",
    buy: "바로 구매",
    note_points: "결제는 포인트로 해요.",
    note_coupon: "쓸 수 있는 쿠폰은 주문서에서 골라요.",
    coupons: "쿠폰 보기",
    note_undo: "주문이 끝나지 못하면 재고·쿠폰·포인트를 모두 되돌려요.",
};

pub(super) const CART: Cart = Cart {
    title: "장바구니",
    empty: "장바구니가 비어 있어요.",
    look_around: "상품 둘러보기",
    quantity: "수량",
    change: "변경",
    remove: "빼기",
    gone: "더는 팔지 않는 상품이에요.",
    cannot_be_had: "이 수량은 살 수 없어요. 수량을 줄이거나 빼 주세요.",
    total: "상품 금액",
    coupon_next: "쿠폰은 다음 단계에서 골라요.",
    order: "주문하러 가기",
    cannot_be_ordered: "살 수 없는 상품을 바꾸거나 빼면 주문할 수 있어요.",
};

pub(super) const CHECKOUT: Checkout = Checkout {
    title: "주문서",
    way: "주문 단계",
    step_cart: "장바구니",
    step_form: "주문서",
    step_confirm: "주문 확인",
    lines: "주문 상품",
    product: "상품",
    quantity: "수량",
    amount: "금액",
    coupon: "쿠폰",
    no_coupon: "쿠폰을 쓰지 않을게요",
    until: |day| format!("{day}까지"),
    short_by: |won| format!("{won} 더 담으면 쓸 수 있어요"),
    elsewhere: "담은 상품에는 쓸 수 없어요",
    total: "상품 금액",
    balance: "내 포인트",
    next: "주문 확인하기",
    not_yet: "아직 주문되지 않아요. 다음 화면에서 한 번 더 확인해요.",
    cannot_be_ordered: "살 수 없는 상품이 있어요. 장바구니에서 바꿔 주세요.",
    to_cart: "장바구니로",
    confirm_title: "주문 확인",
    confirm_lead: "아래 내용으로 주문해요. 틀린 곳이 있으면 고쳐 주세요.",
    to_pay: "결제할 포인트",
    after: "결제 후 포인트",
    points_short: |won| format!("포인트 {} 부족해요.", subject(won)),
    charge: "포인트 충전하기",
    pay: |won| format!("{won} 주문하기"),
    correct: "수정하기",
    once: "여러 번 눌러도 한 번만 주문돼요.",
};

pub(super) const ORDER: Order = Order {
    title: |number| format!("주문 {number}"),
    pending: "주문을 처리하고 있어요",
    completed: "주문이 확정됐어요",
    refunded: "모두 반품했어요",
    undoing: "주문이 취소돼서 되돌리고 있어요",
    cancelled: "주문이 취소됐어요",
    progress: "주문 진행",
    stage,
    stage_now: "진행 중",
    stage_ahead: "대기",
    stage_refused: "여기서 멈췄어요",
    stage_undoing: "되돌리는 중",
    stage_undone: "되돌렸어요",
    stage_never: "하지 않았어요",
    points_short: |won| format!("포인트 {} 부족해요", subject(won)),
    out_of_stock: |name, left, wanted| match left {
        ..=0 => format!("{} 품절이에요.", topic(name)),
        left => format!("{} {left}개 남았는데 {wanted}개를 주문했어요.", topic(name)),
    },
    price_changed: |name, price| format!("{name} 가격이 {} 바뀌었어요.", towards(price)),
    not_found: |name| format!("{} 이제 없는 상품이에요.", topic(name)),
    not_on_sale: |name| format!("{} 지금 팔지 않아요.", topic(name)),
    put_back: "되돌린 것",
    undone,
    nothing_taken: "차감된 재고, 쿠폰, 포인트는 없어요.",
    charge: "포인트 충전하기",
    try_again: "다시 주문하기",
    look_around: "다른 상품 보기",
    lines: "주문 상품",
    unnamed: "이름을 확인하고 있는 상품",
    receipt: "결제 내역",
    number: "주문번호",
    total: "상품 금액",
    discount: "쿠폰 할인",
    paid: "결제 포인트",
    refund_under_way: "반품 처리 중",
    refund_done: "반품",
    timeline: "처리 기록",
    in_console: "콘솔에서 보기",
    cancel: "주문 취소하기",
    refund: "반품 신청",
    refund_lead: "돌려보낼 수량을 적어 주세요. 포인트는 바로 돌아와요.",
    reason: "이유 (적지 않아도 돼요)",
    no_reason: "고객 요청",
    refund_button: "반품 신청하기",
};

const fn stage(step: Option<Step>) -> Words {
    match step {
        None => "주문 접수",
        Some(Step::DeductStock) => "재고 차감",
        Some(Step::ApplyCoupon) => "쿠폰 적용",
        Some(Step::PayPoints) => "포인트 결제",
        Some(_) => "주문 확정",
    }
}

const fn undone(step: Step) -> Words {
    match step {
        Step::DeductStock => "상품은 다시 진열대로",
        Step::ApplyCoupon => "쿠폰은 다시 내 쿠폰함으로",
        _ => "포인트는 다시 내 잔액으로",
    }
}

pub(super) const ORDERS: Orders = Orders {
    title: "주문 내역",
    all: "전체",
    pending: "처리 중",
    completed: "확정",
    cancelled: "취소",
    refunded: "반품",
    empty: "아직 주문이 없어요.",
    and_others: |others| format!("외 {others}건"),
};

pub(super) const COUPONS: Coupons = Coupons {
    title: "쿠폰",
    offered: "받을 수 있는 쿠폰",
    none_offered: "지금은 나눠 주는 쿠폰이 없어요.",
    held: "내 쿠폰",
    none_held: "가진 쿠폰이 없어요.",
    log_in: "로그인하면 내 쿠폰을 볼 수 있어요.",
    remaining: |count| format!("{count}장 남음"),
    only: "쓸 수 있는 곳:",
    have: "받은 쿠폰",
    issue: "쿠폰 받기",
    until: |day| format!("{day}까지"),
    available: "쓸 수 있음",
    used: "사용함",
    expired: "기간 지남",
    at_most: |won| format!("최대 {won}"),
    at_least: |won| format!("{won} 이상 주문할 때"),
    any_order: "금액 제한 없음",
};

pub(super) const POINTS: Points = Points {
    title: "포인트",
    balance: "지금 쓸 수 있는 포인트",
    charge: "충전",
    charge_button: "충전하기",
    amount: "충전할 금액",
    at_most: |won| format!("한 번에 {won}까지"),
    history: "포인트 내역",
    all: "전체",
    charged: "충전",
    used: "사용",
    returned: "환불",
    nothing: "내역이 없어요.",
    order: "주문 보기",
    after: "잔액",
};

pub(super) const LOGIN: Login = Login {
    title: "로그인",
    email: "이메일",
    password: "비밀번호",
    password_hint: "8자 이상",
    log_in: "로그인",
    log_out: "로그아웃",
    new_here: "처음 오셨나요?",
    register: "회원 가입",
    register_button: "가입하기",
    name: "이름",
    phone: "전화번호",
    address: "주소",
    optional: "적지 않아도 돼요",
    demo: "체험 계정",
    demo_lead: "한 번만 누르면 로그인해요.",
    demo_shopper: "회원으로",
    demo_operator: "운영자로",
    account: "내 정보",
    save: "저장하기",
    close: "탈퇴하기",
    close_lead: "탈퇴하면 다시 로그인할 수 없고, 남은 포인트와 쿠폰은 사라져요.",
    close_sure: "모두 확인했어요",
};
