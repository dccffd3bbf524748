//! The products, coupons and members a new shop begins with: data, Korean first.

/// A shelf: category, then goods by Korean name, English name and price in won.
pub(super) struct Shelf {
    pub category: &'static str,
    pub goods: [(&'static str, &'static str, i64); 10],
}

/// Every good is sold alone and as a pack of two at a tenth less.
pub(super) const SHELVES: [Shelf; 10] = [
    Shelf {
        category: "주방",
        goods: [
            ("도자기 머그컵", "Ceramic mug", 12_500),
            ("무쇠 프라이팬 26cm", "Cast iron pan 26 cm", 38_900),
            ("대나무 도마", "Bamboo cutting board", 21_000),
            ("스테인리스 국자", "Stainless ladle", 7_900),
            ("유리 밀폐용기", "Glass food container", 9_800),
            ("나무 수저 세트", "Wooden spoon and chopsticks", 6_500),
            ("찻주전자", "Teapot", 27_000),
            ("계량컵", "Measuring cup", 4_200),
            ("실리콘 뒤집개", "Silicone turner", 5_600),
            ("보온병 500ml", "Vacuum flask 500 ml", 24_900),
        ],
    },
    Shelf {
        category: "식품",
        goods: [
            ("제주 감귤 3kg", "Jeju tangerines 3 kg", 18_900),
            ("현미 5kg", "Brown rice 5 kg", 22_500),
            ("국산 참기름", "Sesame oil", 15_800),
            ("수제 딸기잼", "Strawberry jam", 8_900),
            ("볶은 아몬드 400g", "Roasted almonds 400 g", 11_200),
            ("전통 된장 1kg", "Soybean paste 1 kg", 13_500),
            ("조미김 20봉", "Seasoned laver, 20 packs", 9_900),
            ("유기농 꿀 500g", "Organic honey 500 g", 19_800),
            ("생수 2L 6병", "Spring water 2 L, 6 bottles", 5_400),
            ("쌀과자", "Rice crackers", 3_300),
        ],
    },
    Shelf {
        category: "커피와 차",
        goods: [
            (
                "원두 에티오피아 200g",
                "Ethiopia coffee beans 200 g",
                14_000,
            ),
            ("드립백 10개입", "Drip bags, 10", 12_000),
            ("보성 녹차", "Boseong green tea", 16_500),
            ("유자차 1kg", "Citron tea 1 kg", 10_900),
            ("캐모마일 티백", "Chamomile tea bags", 6_800),
            ("핸드 그라인더", "Hand grinder", 32_000),
            ("커피 드리퍼", "Coffee dripper", 9_500),
            ("종이 필터 100매", "Paper filters, 100", 3_900),
            ("콜드브루 원액", "Cold brew concentrate", 13_900),
            ("보리차 티백", "Barley tea bags", 4_500),
        ],
    },
    Shelf {
        category: "의류",
        goods: [
            ("순면 티셔츠", "Cotton T-shirt", 15_900),
            ("린넨 셔츠", "Linen shirt", 39_000),
            ("기모 후드티", "Fleece hoodie", 42_000),
            ("울 목도리", "Wool scarf", 28_000),
            ("발목 양말 5켤레", "Ankle socks, 5 pairs", 9_900),
            ("데님 에코백", "Denim tote", 17_500),
            ("챙 넓은 모자", "Wide-brimmed hat", 23_000),
            ("가죽 벨트", "Leather belt", 31_000),
            ("수면 바지", "Pyjama trousers", 14_900),
            ("니트 장갑", "Knit gloves", 8_500),
        ],
    },
    Shelf {
        category: "문구",
        goods: [
            ("줄 노트 A5", "Lined notebook A5", 3_800),
            ("만년필", "Fountain pen", 29_000),
            ("색연필 24색", "Coloured pencils, 24", 13_200),
            ("마스킹 테이프", "Masking tape", 2_900),
            ("탁상 달력", "Desk calendar", 9_000),
            ("젤 펜 10자루", "Gel pens, 10", 8_000),
            ("가죽 필통", "Leather pencil case", 18_000),
            ("메모지 400매", "Memo pad, 400 sheets", 3_500),
            ("편지지 세트", "Letter set", 5_900),
            ("자석 책갈피", "Magnetic bookmarks", 4_000),
        ],
    },
    Shelf {
        category: "욕실",
        goods: [
            ("면 수건 5장", "Cotton towels, 5", 19_900),
            ("천연 비누", "Natural soap", 5_500),
            ("대나무 칫솔 4개", "Bamboo toothbrushes, 4", 7_200),
            ("샴푸바", "Shampoo bar", 9_900),
            ("규조토 발매트", "Diatomite bath mat", 16_900),
            ("바디 브러시", "Body brush", 11_000),
            ("입욕제 세트", "Bath salts", 14_500),
            ("핸드크림", "Hand cream", 7_800),
            ("구강 세정제", "Mouthwash", 6_900),
            ("면봉 300개", "Cotton swabs, 300", 2_500),
        ],
    },
    Shelf {
        category: "가전 소품",
        goods: [
            ("LED 스탠드", "LED desk lamp", 34_900),
            ("휴대용 선풍기", "Handheld fan", 16_000),
            ("USB-C 케이블 2m", "USB-C cable 2 m", 9_900),
            ("무선 마우스", "Wireless mouse", 27_500),
            ("멀티탭 4구", "Power strip, 4 sockets", 15_500),
            ("디지털 온습도계", "Digital thermo-hygrometer", 11_900),
            ("보조 배터리 10000mAh", "Power bank 10,000 mAh", 29_900),
            ("블루투스 스피커", "Bluetooth speaker", 39_900),
            ("알람 시계", "Alarm clock", 18_500),
            ("건전지 AA 20개", "AA batteries, 20", 8_900),
        ],
    },
    Shelf {
        category: "생활",
        goods: [
            ("라벤더 향초", "Lavender candle", 15_000),
            ("접이식 우산", "Folding umbrella", 17_900),
            ("빨래 바구니", "Laundry basket", 13_800),
            ("옷걸이 20개", "Hangers, 20", 12_500),
            ("고무장갑", "Rubber gloves", 3_200),
            ("세탁 세제 3L", "Laundry detergent 3 L", 14_300),
            ("극세사 행주 10장", "Microfibre cloths, 10", 8_700),
            ("섬유 방향제", "Fabric freshener", 6_400),
            ("분리수거함", "Recycling bin", 22_800),
            ("실내화", "House slippers", 9_700),
        ],
    },
    Shelf {
        category: "운동",
        goods: [
            ("요가 매트 8mm", "Yoga mat 8 mm", 25_900),
            ("폼롤러", "Foam roller", 18_900),
            ("덤벨 3kg", "Dumbbell 3 kg", 13_000),
            ("줄넘기", "Skipping rope", 6_900),
            ("등산 양말", "Hiking socks", 7_500),
            ("스포츠 물병", "Sports bottle", 11_500),
            ("저항 밴드 세트", "Resistance bands", 14_800),
            ("배드민턴 셔틀콕 12개", "Shuttlecocks, 12", 16_200),
            ("수영 모자", "Swimming cap", 8_300),
            ("무릎 보호대", "Knee support", 19_500),
        ],
    },
    Shelf {
        category: "반려동물",
        goods: [
            ("강아지 사료 2kg", "Dog food 2 kg", 24_500),
            ("고양이 모래 6L", "Cat litter 6 L", 12_900),
            ("터그 장난감", "Tug toy", 7_000),
            ("고양이 스크래처", "Cat scratcher", 15_400),
            ("배변 패드 50매", "Training pads, 50", 11_800),
            ("자동 급수기", "Water fountain", 36_000),
            ("하네스", "Harness", 21_900),
            ("치석 제거 껌", "Dental chews", 9_200),
            ("이동장", "Carrier", 33_500),
            ("빗", "Grooming comb", 6_200),
        ],
    },
];

/// Pieces on the shelf of each product.
pub(super) const STOCK: u32 = 100;
/// Points every member begins with, in won.
pub(super) const POINTS: i64 = 100_000;

/// Eighteen members beside the two demo logins.
pub(super) const MEMBERS: [&str; 18] = [
    "김서연",
    "이도윤",
    "박하준",
    "최지우",
    "정시우",
    "강서준",
    "조예은",
    "윤하은",
    "장지호",
    "임수아",
    "한지민",
    "오은우",
    "서유나",
    "신건우",
    "권다은",
    "황민준",
    "안채원",
    "송현우",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use product::domain::name::{Search, grams};

    use super::SHELVES;

    fn found(search: &str) -> Vec<&'static str> {
        let search = Search::of(search).unwrap();
        let wanted: BTreeSet<String> = search.grams().into_iter().collect();
        let goods = SHELVES.iter().flat_map(|shelf| shelf.goods);
        let finds = |(name, name_en, _): &(&str, &str, i64)| {
            let mut index = grams(name);
            index.extend(grams(name_en));
            index.is_superset(&wanted) && search.matches([name, name_en])
        };
        goods.filter(finds).map(|(name, _, _)| name).collect()
    }

    #[test]
    fn every_good_is_found_by_its_names() {
        for (name, name_en, _) in SHELVES.iter().flat_map(|shelf| shelf.goods) {
            assert!(found(name).contains(&name), "{name}");
            assert!(found(&name_en.to_uppercase()).contains(&name), "{name_en}");
        }
    }

    #[test]
    fn goods_are_found_by_parts_and_initials() {
        for (search, names) in [
            ("머그", &["도자기 머그컵"][..]),
            ("컵", &["도자기 머그컵", "계량컵"]),
            ("ㅁㄱㅋ", &["도자기 머그컵"]),
            ("ㄷㅈㄱ 머그ㅋ", &["도자기 머그컵"]),
            ("usb", &["USB-C 케이블 2m"]),
            ("tea bag", &["캐모마일 티백", "보리차 티백"]),
        ] {
            assert_eq!(found(search), names, "{search}");
        }
    }
}
