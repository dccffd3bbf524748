//! The page's words in both languages.

use contracts::problem::Language;
use contracts::saga::{Command, Direction, Step};

/// All that the page says by itself, in one language.
pub(super) struct Words {
    pub language: Language,
    pub title: &'static str,
    pub elsewhere: &'static str,
    /// Address, tag and name of the page in the other language.
    pub other: (&'static str, &'static str, &'static str),
    pub introduction: &'static [&'static str],
    pub columns: [&'static str; 5],
    pub services: &'static str,
    pub events: &'static str,
    pub hears: &'static str,
    pub says: &'static str,
    pub nothing: &'static str,
    pub nobody: &'static str,
    pub said_by: &'static str,
    pub heard_by: &'static str,
    pub optional: &'static str,
    pub example: &'static str,
}

impl Words {
    pub const fn of(language: Language) -> Words {
        match language {
            Language::Ko => KOREAN,
            Language::En => ENGLISH,
        }
    }

    pub fn saga(&self, name: &str) -> String {
        match (self.language, name) {
            (Language::Ko, "order") => "주문 사가".to_owned(),
            (Language::Ko, "refund") => "환불 사가".to_owned(),
            (Language::Ko, other) => format!("{other} 사가"),
            (Language::En, name) => format!("The {name} saga"),
        }
    }

    pub fn command(&self, command: Command) -> String {
        let korean = match command {
            Command::Place => "주문",
            Command::Cancel => "고객 취소",
            Command::Deadline => "기한 지남",
            Command::OperatorCancel => "운영자 취소",
            Command::Refund => "환불 요청",
            Command::Resolve => "운영자 정리",
        };
        match self.language {
            Language::Ko => format!("명령: {korean}"),
            Language::En => format!("command: {}", command.words()),
        }
    }

    pub fn step(&self, step: Step, direction: Direction) -> String {
        match (self.language, direction) {
            (Language::Ko, Direction::Do) => korean(step).to_owned(),
            (Language::Ko, Direction::Undo) => format!("{} 되돌리기", korean(step)),
            (Language::En, Direction::Do) => step.words().to_owned(),
            (Language::En, Direction::Undo) => format!("undo {step}"),
        }
    }
}

const fn korean(step: Step) -> &'static str {
    match step {
        Step::DeductStock => "재고 차감",
        Step::ApplyCoupon => "쿠폰 적용",
        Step::PayPoints => "포인트 결제",
        Step::ConfirmOrder => "주문 확정",
        Step::RecordStep => "단계 기록",
        Step::CancelOrder => "주문 취소",
        Step::RecordUndo => "되돌림 기록",
        Step::ReturnStock => "재고 반환",
        Step::ReturnCoupon => "쿠폰 반환",
        Step::ReturnPoints => "포인트 반환",
        Step::FinishRefund => "환불 완료",
        Step::CloseUser => "회원 닫기",
        Step::Rank => "순위 반영",
        Step::RememberStock => "재고 기억",
    }
}

const KOREAN: Words = Words {
    language: Language::Ko,
    title: "장터 이벤트",
    elsewhere: "다른 문서",
    other: ("/docs/events?lang=en", "en", "English"),
    introduction: &[
        "이벤트는 서비스가 커밋한 사실이에요. 거절되지 않고, 들은 서비스는 일을 하거나 다른 사실로 \
         답해요.",
        "같은 이벤트를 두 번 들을 수 있고 토픽 사이의 순서는 정해져 있지 않아요. 한 키(주문)의 이벤트는 \
         순서대로 오고, id는 늘 같아요. 같은 주 버전 안에서는 선택 항목만 늘어나요.",
    ],
    columns: ["단계", "서비스", "듣는 것", "됐을 때", "안 됐을 때"],
    services: "서비스",
    events: "이벤트",
    hears: "듣는 것",
    says: "말하는 것",
    nothing: "없음",
    nobody: "없음",
    said_by: "말하는 곳",
    heard_by: "듣는 곳",
    optional: "없을 수 있음",
    example: "예",
};

const ENGLISH: Words = Words {
    language: Language::En,
    title: "Jangteo events",
    elsewhere: "Other documents",
    other: ("/docs/events?lang=ko", "ko", "한국어"),
    introduction: &[
        "An event is a fact that a service committed. It is never refused: whoever hears it acts, \
         or answers with a fact of its own.",
        "An event may be heard twice, and topics overtake each other. Events of one key (an order) \
         come in order, and an id is always the same. Within a major version a content only gains \
         optional fields.",
    ],
    columns: ["step", "service", "hears", "says when done", "or refused"],
    services: "Services",
    events: "Events",
    hears: "hears",
    says: "says",
    nothing: "nothing",
    nobody: "nobody",
    said_by: "said by",
    heard_by: "heard by",
    optional: "optional",
    example: "example",
};
