use contracts::time::Timestamp;
use db::{Db, Sqlite, Store};

use super::*;
use crate::domain::name;
use crate::domain::stock::Level;
use crate::store::{Gram, Product, Rows, Status, Stock};

const PRODUCTS: i64 = 20_000;

/// Stands in the index and in no name.
const LEFT_BEHIND: &str = "옛";

const NAMES: [(&str, &str); 8] = [
    ("도자기 머그컵", "Ceramic mug"),
    ("유리컵", "glass"),
    ("LED 스탠드", "LED lamp"),
    ("린넨 셔츠", "Linen shirt"),
    ("컵받침", "coaster"),
    ("USB-C 케이블", "USB-C cable"),
    ("접시", "Plate"),
    ("만년필", "Fountain pen"),
];

/// Product `number`: every seventh sold out, every hundredth discontinued, and one of a kind.
fn product(number: i64) -> (Product, Level) {
    let (name, name_en) = NAMES[usize::try_from(number % 8).unwrap()];
    let rare = if number % 5_000 == 77 { " 뷁" } else { "" };
    let product = Product {
        product_id: ProductId::new(number),
        category: format!("분류 {}", number % 5),
        name: format!("{name}{rare} {}", number % 1_000),
        name_en: format!("{name_en} {}", number % 1_000),
        price: Money::new(number * 7_919 % 500 * 100),
        status: match number % 100 {
            99 => Status::Discontinued,
            _ => Status::OnSale,
        },
        version: 1,
        created_at: Timestamp::from_micros(0),
    };
    let quantity = if number % 7 == 0 { 0 } else { number % 50 + 1 };
    let version = 1;
    (product, Level { quantity, version })
}

struct Catalogue {
    reader: Reader,
    products: Vec<(Product, Level)>,
    _folder: tempfile::TempDir,
}

impl Catalogue {
    async fn of(count: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("product.db");
        let mut db = Db::Sqlite(Sqlite::open(&path, crate::MIGRATIONS).unwrap());
        let products: Vec<_> = (1..=count).map(product).collect();
        let mut rows = Rows::default();
        for (product, level) in &products {
            let product_id = product.product_id;
            rows.product.add(product.clone());
            rows.stock.add(Stock {
                product_id,
                quantity: level.quantity,
                version: level.version,
            });
            let mut grams = name::grams(&product.name);
            grams.extend(name::grams(&product.name_en));
            for gram in grams {
                rows.gram.add(Gram { gram, product_id });
            }
        }
        let (gram, product_id) = (LEFT_BEHIND.to_owned(), ProductId::new(1));
        rows.gram.add(Gram { gram, product_id });
        let mut tx = db.begin().await.unwrap();
        tx.flush(&mut rows).await.unwrap();
        tx.commit().await.unwrap();
        let reader = Reader::open(&path).unwrap();
        Self {
            reader,
            products,
            _folder: folder,
        }
    }

    /// What the list is by its words alone: every product looked at, and sorted.
    fn expected(&self, filter: &ProductFilter, language: Language) -> Vec<ProductId> {
        let search = filter.q.as_deref().and_then(Search::of);
        let fits = |(product, level): &&(Product, Level)| {
            let names = [&*product.name, &*product.name_en];
            filter
                .category
                .as_ref()
                .is_none_or(|it| *it == product.category)
                && filter.status.is_none_or(|it| it == status(product, *level))
                && search.as_ref().is_none_or(|it| it.matches(names))
        };
        let mut found: Vec<_> = self.products.iter().filter(fits).collect();
        let name = |product: &Product| match language {
            Language::Ko => product.name.to_ascii_lowercase(),
            Language::En => product.name_en.to_ascii_lowercase(),
        };
        found.sort_by_key(|(product, _)| product.product_id);
        match filter.sort {
            ProductSort::Newest => found.reverse(),
            ProductSort::PriceAsc => found.sort_by_key(|(product, _)| product.price),
            ProductSort::PriceDesc => {
                found.sort_by_key(|(product, _)| product.price);
                found.reverse();
            }
            ProductSort::Name => found.sort_by_key(|(product, _)| name(product)),
        }
        found
            .iter()
            .map(|(product, _)| product.product_id)
            .collect()
    }

    /// The first products of a list, page by page, each page within so many looks.
    fn paged(&self, wanted: &Wanted, looks: usize, most: usize) -> Vec<ProductId> {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let wanted = Wanted {
                filter: wanted.filter.clone(),
                after,
                rows: wanted.rows,
                language: wanted.language,
            };
            let page = read_within(&self.reader, &wanted, looks).unwrap();
            found.extend(page.views.iter().map(|view| view.id));
            let last = page.views.last();
            let is_full = page.views.len() == wanted.rows;
            let full = last
                .filter(|_| is_full)
                .map(|view| place(wanted.filter.sort, view));
            after = page.stopped.or(full);
            if after.is_none() || found.len() >= most {
                found.truncate(most);
                return found;
            }
        }
    }
}

fn filters() -> Vec<ProductFilter> {
    let mut filters = Vec::new();
    for sort in [
        ProductSort::Newest,
        ProductSort::PriceAsc,
        ProductSort::PriceDesc,
        ProductSort::Name,
    ] {
        for category in [None, Some("분류 3"), Some("없음")] {
            for status in [
                None,
                Some(ProductStatus::OnSale),
                Some(ProductStatus::SoldOut),
                Some(ProductStatus::Discontinued),
            ] {
                for q in [
                    "",
                    "컵",
                    "ㅁㄱㅋ",
                    "머ㄱ",
                    "led 99",
                    "뷁",
                    "7",
                    "유리컵 없음",
                ] {
                    filters.push(ProductFilter {
                        category: category.map(str::to_owned),
                        status,
                        q: Some(q.to_owned()).filter(|q| !q.is_empty()),
                        sort,
                    });
                }
            }
        }
    }
    filters
}

/// Each list is what its words say, whether it is read from few products or in its own order, and
/// also when it stops again and again before a page is full.
#[tokio::test]
async fn every_list_is_whole_and_in_order() {
    let catalogue = Catalogue::of(2_000).await;
    for (number, filter) in filters().into_iter().enumerate() {
        let language = [Language::Ko, Language::En][number % 2];
        let expected = catalogue.expected(&filter, language);
        let wanted = Wanted {
            filter,
            after: None,
            rows: [1_000, 37][number / 2 % 2],
            language,
        };
        for looks in [MOST_LOOKS, 60] {
            let found = catalogue.paged(&wanted, looks, usize::MAX);
            assert_eq!(found, expected, "{looks} looks for {:?}", wanted.filter);
        }
    }
}

/// Three pages of each list are what its words say, and each is read within the bound. A rare word
/// costs a few looks, and so does the newest of a category or a status.
#[tokio::test]
async fn a_page_does_not_look_at_the_whole_catalogue() {
    let catalogue = Catalogue::of(PRODUCTS).await;
    for (number, filter) in filters().into_iter().enumerate() {
        let language = [Language::Ko, Language::En][number % 2];
        let wanted = Wanted {
            filter,
            after: None,
            rows: 21,
            language,
        };
        let mut expected = catalogue.expected(&wanted.filter, language);
        let is_few = expected.len() <= FEW;
        expected.truncate(3 * 21);
        let found = catalogue.paged(&wanted, MOST_LOOKS, 3 * 21);
        assert_eq!(found, expected, "{:?}", wanted.filter);
        let bound = match (wanted.filter.q.as_deref(), wanted.filter.sort) {
            (Some("뷁"), _) => 150,
            (None, ProductSort::Newest) => 1_000,
            (_, _) => MOST_LOOKS,
        };
        let page = read_within(&catalogue.reader, &wanted, bound).unwrap();
        // Names that are alike stand together, and far from the first.
        let is_near = wanted.filter.sort != ProductSort::Name;
        if is_few || is_near {
            assert_eq!(page.stopped, None, "{:?}", wanted.filter);
        }
    }
}

/// Each statement seeks in an index that has its order: none scans a table, none sorts.
#[tokio::test]
async fn every_statement_seeks() {
    let catalogue = Catalogue::of(10).await;
    for statement in narrow::STATEMENTS.iter().chain(&walk::STATEMENTS) {
        let plan = testkit::plan(&catalogue.reader, statement);
        let merges = ["MERGE (UNION ALL)", "LEFT", "RIGHT"];
        let is_step = |line: &&String| !merges.contains(&line.as_str());
        let steps: Vec<_> = plan.iter().filter(is_step).collect();
        let seeks = steps.iter().all(|line| line.starts_with("SEARCH "));
        assert!(seeks && !steps.is_empty(), "{statement}: {plan:?}");
        // The id of a keyset is sought too, and not passed over.
        let sought = ["product_id)", "product_id>?", "product_id<?"];
        let by_id = sought.iter().any(|sought| steps[0].contains(sought));
        assert!(by_id, "{statement}: {plan:?}");
    }
}

/// A gram that was left behind names a product whose name is another.
#[tokio::test]
async fn a_gram_alone_finds_nothing() {
    let catalogue = Catalogue::of(10).await;
    let of = |gram: &str| (gram.to_owned(), ProductId::new(1));
    assert!(
        catalogue
            .reader
            .get::<Gram>(&of(LEFT_BEHIND))
            .unwrap()
            .is_some()
    );
    for sort in [ProductSort::Newest, ProductSort::PriceAsc] {
        let wanted = Wanted {
            filter: ProductFilter {
                q: Some(LEFT_BEHIND.to_owned()),
                sort,
                ..ProductFilter::default()
            },
            after: None,
            rows: 5,
            language: Language::Ko,
        };
        assert_eq!(read(&catalogue.reader, &wanted).unwrap().views, []);
    }
}
