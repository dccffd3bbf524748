//! What a list of products is asked for, and the categories it can be asked by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::faults::Faults;
use super::{NAME_MAX, ProductStatus};
use crate::problem::Problem;

/// The filters of GET /products, and its order.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListProducts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ProductStatus>,
    /// Words that stand in a name; ㄱ to ㅎ stand for a syllable that begins so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = NAME_MAX))]
    pub q: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<ProductSort>,
}

/// The order of GET /products. Products that are equal in it follow by age.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductSort {
    #[default]
    Newest,
    PriceAsc,
    PriceDesc,
    /// By the name in the reader's language.
    Name,
}

/// A list that can be made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProductFilter {
    pub category: Option<String>,
    pub status: Option<ProductStatus>,
    /// Never blank.
    pub q: Option<String>,
    pub sort: ProductSort,
}

impl ListProducts {
    /// A search for blanks is the search of a form that nothing was written in: none.
    pub fn validate(&self) -> Result<ProductFilter, Problem> {
        let mut faults = Faults::default();
        let written = self.q.as_deref().filter(|q| !q.trim().is_empty());
        let q = written.map(|q| faults.text("q", q, 1, NAME_MAX));
        faults.finish(Some(ProductFilter {
            category: self.category.clone(),
            status: self.status,
            q,
            sort: self.sort.unwrap_or_default(),
        }))
    }
}

/// GET /categories
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CategoryView {
    #[schemars(example = &"차·음료")]
    pub category: String,
    /// How many products of it are sold or sold out; never 0.
    #[schemars(example = 24)]
    pub products: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_trimmed_bounded_and_none_when_blank() {
        let asked = |q: &str| {
            let q = Some(q.to_owned());
            let list = ListProducts {
                q,
                ..ListProducts::default()
            };
            list.validate()
        };
        assert_eq!(asked(" 머그 컵 ").unwrap().q.as_deref(), Some("머그 컵"));
        for blank in ["", "  ", "\u{3000}"] {
            assert_eq!(asked(blank).unwrap().q, None, "{blank:?}");
        }
        let most = "컵".repeat(NAME_MAX);
        assert_eq!(asked(&most).unwrap().q, Some(most));
        for wrong in [&*"컵".repeat(NAME_MAX + 1), "a\0b"] {
            assert_eq!(asked(wrong).unwrap_err().errors[0].pointer, "q");
        }
    }
}
