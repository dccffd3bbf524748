//! The motifs: for each of a few categories its colours and some things on a table. `$a`, `$b`
//! and `$c` in a thing stand for the colours of one drawing; its foot stands at 316.

pub(super) struct Motif {
    pub(super) name: &'static str,
    pub(super) category: &'static str,
    pub(super) wall: &'static str,
    pub(super) sun: &'static str,
    pub(super) table: &'static str,
    pub(super) colours: [(&'static str, &'static str, &'static str); 3],
    pub(super) things: &'static [&'static str],
}

pub(super) const MOTIFS: [Motif; 10] = [
    Motif {
        name: "kitchen",
        category: "주방",
        wall: "#f3e6d3",
        sun: "#fbf3e6",
        table: "#dcb98c",
        colours: [
            ("#2f6f73", "#e9a15b", "#fff6e9"),
            ("#b4513c", "#f0c07a", "#fff6e9"),
            ("#3d4f7c", "#d98f6c", "#f7efe2"),
        ],
        things: &[
            include_str!("../../assets/things/mug.svg"),
            include_str!("../../assets/things/pot.svg"),
            include_str!("../../assets/things/board.svg"),
        ],
    },
    Motif {
        name: "food",
        category: "식품",
        wall: "#f7e9c8",
        sun: "#fdf6e0",
        table: "#e0b45e",
        colours: [
            ("#e07a2f", "#4f7d3a", "#fff4dc"),
            ("#b8402f", "#6a8f43", "#fde8d0"),
            ("#c98a1b", "#7a4a2b", "#fff3d1"),
        ],
        things: &[
            include_str!("../../assets/things/tangerines.svg"),
            include_str!("../../assets/things/jar.svg"),
            include_str!("../../assets/things/grain.svg"),
        ],
    },
    Motif {
        name: "coffee",
        category: "커피와 차",
        wall: "#e8dccf",
        sun: "#f6eee4",
        table: "#a9805c",
        colours: [
            ("#5b3a29", "#c9743d", "#fbf1e3"),
            ("#31493c", "#b9915a", "#f5efe0"),
            ("#74402f", "#dca45f", "#fff3e2"),
        ],
        things: &[
            include_str!("../../assets/things/cup.svg"),
            include_str!("../../assets/things/beans.svg"),
            include_str!("../../assets/things/teapot.svg"),
        ],
    },
    Motif {
        name: "clothes",
        category: "의류",
        wall: "#dfe5ec",
        sun: "#f1f4f8",
        table: "#aab8c6",
        colours: [
            ("#3f5e8c", "#e6b566", "#f8f5ee"),
            ("#8a4b5b", "#e5c4a8", "#fbf3ec"),
            ("#46685a", "#dfc27c", "#f6f2e6"),
        ],
        things: &[
            include_str!("../../assets/things/shirt.svg"),
            include_str!("../../assets/things/hat.svg"),
            include_str!("../../assets/things/tote.svg"),
        ],
    },
    Motif {
        name: "stationery",
        category: "문구",
        wall: "#e6e3f1",
        sun: "#f5f3fb",
        table: "#b9aed3",
        colours: [
            ("#5a4a94", "#f0b64b", "#fffdf6"),
            ("#2f6b8f", "#ef8a62", "#fffdf6"),
            ("#7b3f61", "#8fbf9f", "#fffaf2"),
        ],
        things: &[
            include_str!("../../assets/things/notebook.svg"),
            include_str!("../../assets/things/pens.svg"),
            include_str!("../../assets/things/paper.svg"),
        ],
    },
    Motif {
        name: "bath",
        category: "욕실",
        wall: "#d9ecec",
        sun: "#f0f9f8",
        table: "#93c2c1",
        colours: [
            ("#2f7f86", "#f2c9a1", "#fbfdfc"),
            ("#4b6ea8", "#f3d27e", "#f9fbfd"),
            ("#5f8a5b", "#efb0a0", "#fbfdf8"),
        ],
        things: &[
            include_str!("../../assets/things/towels.svg"),
            include_str!("../../assets/things/pump.svg"),
            include_str!("../../assets/things/soap.svg"),
        ],
    },
    Motif {
        name: "electric",
        category: "가전 소품",
        wall: "#dfe0e6",
        sun: "#fff3cf",
        table: "#9ea3b3",
        colours: [
            ("#2e3448", "#f2b63c", "#f7f7fa"),
            ("#3b5d57", "#ee8f5c", "#f5f8f6"),
            ("#5a3d63", "#f0c662", "#faf6fb"),
        ],
        things: &[
            include_str!("../../assets/things/lamp.svg"),
            include_str!("../../assets/things/speaker.svg"),
            include_str!("../../assets/things/clock.svg"),
        ],
    },
    Motif {
        name: "home",
        category: "생활",
        wall: "#efe0e3",
        sun: "#fbf2f3",
        table: "#cfa3aa",
        colours: [
            ("#8c3f52", "#e8b65a", "#fff8f4"),
            ("#4c5d8a", "#e99b7d", "#fbf8f4"),
            ("#5c7350", "#e3b3a0", "#fbfaf2"),
        ],
        things: &[
            include_str!("../../assets/things/candle.svg"),
            include_str!("../../assets/things/umbrella.svg"),
            include_str!("../../assets/things/basket.svg"),
        ],
    },
    Motif {
        name: "sport",
        category: "운동",
        wall: "#dcecd9",
        sun: "#f2f9ef",
        table: "#95bd8f",
        colours: [
            ("#2d6a4f", "#f0a848", "#fbfdf6"),
            ("#31548c", "#e8705a", "#f7fafd"),
            ("#5b4a86", "#9fcf6a", "#faf9fd"),
        ],
        things: &[
            include_str!("../../assets/things/dumbbell.svg"),
            include_str!("../../assets/things/mat.svg"),
            include_str!("../../assets/things/bottle.svg"),
        ],
    },
    Motif {
        name: "pet",
        category: "반려동물",
        wall: "#e4e8d4",
        sun: "#f5f7ea",
        table: "#b7c08d",
        colours: [
            ("#8a5a35", "#e4a94f", "#fff9ec"),
            ("#4f5f6e", "#e58d68", "#fbf8f2"),
            ("#6f4a5e", "#bcc56a", "#fdf8f4"),
        ],
        things: &[
            include_str!("../../assets/things/cat.svg"),
            include_str!("../../assets/things/bowl.svg"),
            include_str!("../../assets/things/paw.svg"),
        ],
    },
];
