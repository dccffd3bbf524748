//! The Korean words of every command and flag. A test holds the list to the tree of commands: what
//! is missing there fails, and what is left over too.

/// By the path of a command, and by a command and what is typed after it; what is the same
/// everywhere stands once, without a command.
pub(super) const WORDS: &[(&str, &str)] = &[
    (
        "",
        "이 컴퓨터에서 도는 상점: 다섯 서비스, 프로세스 하나, 설치할 것 없음",
    ),
    (
        "--output",
        "답의 모양: 사람이 읽을 표, 또는 API가 주는 JSON",
    ),
    ("--config", "설정 파일. 없으면 이 폴더의 jangteo.toml"),
    (
        "--url",
        "상점의 주소. 없으면 데이터 폴더의 상점, 그것도 없으면 8080 포트",
    ),
    ("--data", "상점의 데이터 폴더"),
    ("--email", "운영자의 이메일"),
    ("--password", "운영자의 비밀번호"),
    ("dev", "상점 전체를 이 프로세스 하나로 열어요"),
    ("dev --data", "데이터를 둘 폴더"),
    (
        "dev --ephemeral",
        "아무것도 남기지 않아요. 데이터는 프로세스와 함께 사라져요",
    ),
    (
        "dev --port",
        "이 컴퓨터에서만 들을 수 있는 포트. 0은 빈 포트 아무거나",
    ),
    (
        "dev --routes",
        "요청이 갈 곳과 한도. 딸려 오는 것 대신 쓸 routes.toml",
    ),
    ("dev --log", "남길 로그: 수준, 또는 RUST_LOG 형식의 필터"),
    (
        "dev --log-format",
        "로그의 모양. auto는 터미널에서 text, 다른 곳에서 json",
    ),
    (
        "demo",
        "돌고 있는 상점을 공개 API로 써 보고, 사가를 그때그때 보여줘요",
    ),
    ("demo order", "쿠폰을 써서 두 가지를 사요"),
    (
        "demo fail",
        "한 서비스가 거절하는 주문을 넣고, 모두 되돌아오는 것을 봐요",
    ),
    ("demo fail what", "누가 거절할지"),
    ("demo cancel", "주문을 넣고 사가가 도는 동안 취소해요"),
    (
        "demo refund",
        "두 가지를 사서 돌려줘요: 먼저 한 개, 그다음 나머지",
    ),
    (
        "demo kill",
        "사가 한가운데서 한 서비스의 루프를 죽이고, 둘 다 끝까지 가는 것을 봐요",
    ),
    ("demo kill --service", "누구의 루프를 죽일지"),
    ("demo kill --point", "배치의 어디에서 죽을지"),
    (
        "saga",
        "돌고 있는 상점의 사가를 보고, 끝나지 않는 사가를 도와요",
    ),
    ("saga list", "사가를 최신순으로 봐요: 주문과 환불"),
    (
        "saga list --state",
        "이 상태인 것만: RUNNING, COMPLETED, COMPENSATING, COMPENSATED",
    ),
    ("saga list --age", "시작한 지 이만큼(초) 지난 것만"),
    (
        "saga list --step",
        "이 단계나 그 되돌리기를 기다리는 것만: deduct-stock, pay-points ..",
    ),
    ("saga list --limit", "몇 개까지, 많아야 100"),
    ("saga show", "사가 하나를 두고 모든 서비스가 한 말을 봐요"),
    (
        "saga watch",
        "더 진행될 것이 없을 때까지 사가 하나를 따라가요",
    ),
    (
        "saga retry",
        "사가의 이벤트를 한 번 더 들려줘요. 이미 들은 서비스는 두 번 하지 않아요",
    ),
    ("saga cancel", "아직 열려 있는 주문을 취소해요"),
    (
        "saga resolve",
        "사가가 기다리는 것을 운영자의 말로 끝내요. 되돌려지는 것은 없어요",
    ),
    (
        "saga resolve --reason",
        "감사 기록에 남고, verify가 예외로 알려줘요",
    ),
    ("saga saga", "주문의 id나 번호, 또는 환불의 id"),
    ("dlq", "이벤트를 처리하지 못해 멈춘 키"),
    ("dlq list", "멈춘 키를 첫 이벤트와 까닭까지 모두 봐요"),
    (
        "dlq list --service",
        "이 서비스의 것만, 또는 조회 모델 order_view의 것만",
    ),
    ("dlq show", "멈춘 키 하나의 이벤트를 모두, 버린 것까지 봐요"),
    (
        "dlq redrive",
        "멈춘 키를 순서대로, 갈 수 있는 데까지 다시 처리해요",
    ),
    (
        "dlq discard",
        "키의 첫 이벤트를 버려요. 사유와 함께 남고, 되돌리기는 버릴 수 없어요",
    ),
    ("dlq discard --reason", "이름과 함께 이벤트에 남아요"),
    ("dlq id", "`list`가 보여 주는 <서비스>.<보낸쪽>.<키>"),
    ("outbox", "이벤트 로그: 어디까지 왔고 누가 뒤처졌는지"),
    (
        "outbox status",
        "보내는 쪽마다 다음 이벤트의 번호와 읽는 쪽들",
    ),
    (
        "projection",
        "조회 모델: 어떤 상태이고 맞는지, 그리고 다시 만들기",
    ),
    ("projection list", "조회 모델과 그 지연"),
    (
        "projection rebuild",
        "쓰기 쪽과 이벤트로 새 행을 채우고, 견준 다음 목록이 읽게 해요",
    ),
    (
        "projection check",
        "목록이 읽는 것을 쓰기 쪽과 한 행씩 견줘요",
    ),
    ("projection name", "어느 조회 모델인지"),
    ("db", "상점의 파일: 크기와 건강, 백업"),
    ("db status", "파일마다 크기와 WAL의 크기"),
    (
        "db backup",
        "모든 파일을 한 순간으로 복사해요: 돌고 있으면 데이터 폴더 안에, 아니면 말한 곳에",
    ),
    (
        "db backup --to",
        "어디에 만들지. 아직 없는 곳이어야 하고, 멈춘 상점에만 써요",
    ),
    (
        "db check",
        "상점이 돌고 있지 않은 폴더(백업이라든지)의 모든 파일, 모든 쪽을 읽어요",
    ),
    ("db check folder", "폴더. 없으면 데이터 폴더"),
    (
        "verify",
        "불변식을 검사해요: 돌고 있는 상점을, 아니면 데이터 폴더의 파일을",
    ),
    (
        "verify --at-rest",
        "진행 중인 것이 없어질 때까지 기다려, 그때만 성립하는 것까지 검사해요",
    ),
    (
        "doctor",
        "이 컴퓨터와 데이터 폴더와 상점을 살펴보고, 하나하나 무엇을 할지 말해요",
    ),
    ("doctor --port", "상점이 열릴 포트"),
    ("config", "설정: 무엇이 쓰이고 어디서 왔는지"),
    ("config show", "모든 키와 값"),
    ("config show --origin", "값마다 어디서 왔는지도"),
    ("config show --port", "dev의 것"),
    ("config show --log", "dev의 것"),
    ("config show --log-format", "dev의 것"),
    ("config check", "파일과 환경 변수에서 틀린 곳을 찾아요"),
    ("config default", "모든 키와 기본값이 적힌 파일을 출력해요"),
    ("completions", "셸의 자동 완성을 출력해요"),
    ("completions shell", "어느 셸인지"),
    ("openapi", "상점이 받는 요청의 OpenAPI 문서를 출력해요"),
    (
        "asyncapi",
        "상점이 알리는 이벤트의 AsyncAPI 문서를 출력해요",
    ),
];

/// The words of a command.
pub(super) fn words(path: &str) -> Option<&'static str> {
    let found = WORDS.iter().find(|(name, _)| *name == path);
    found.map(|(_, words)| *words)
}

/// The words of what is typed after a command: its own, its group's, or everybody's.
pub(super) fn of_argument(path: &str, spelt: &str) -> Option<&'static str> {
    names(path, spelt).iter().find_map(|name| words(name))
}

/// Under which names the words of an argument may stand.
pub(super) fn names(path: &str, spelt: &str) -> Vec<String> {
    let group = path.split_whitespace().next().unwrap_or_default();
    let joined = |path: &str| format!("{path} {spelt}").trim_start().to_owned();
    vec![joined(path), joined(group), spelt.to_owned()]
}
