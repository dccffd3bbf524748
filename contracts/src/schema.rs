//! What documents say of the values that are one piece of text on the wire: their form, and one of
//! them as an example. Types with fields derive theirs where they stand.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::envelope::{Actor, EventId, Trace};
use crate::events::payment::TransactionId;
use crate::http::order::OrderItemId;
use crate::ids::{Id, Named, OrderNumber};
use crate::saga::{Step, Steps};
use crate::time::Timestamp;

/// What a text field takes: something besides blanks, and no control characters.
pub(crate) const TEXT: &str = r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f]*$";

/// Where both documents keep their schemas.
pub const SCHEMAS: &str = "/components/schemas";

/// Of what is sent to clients and subscribers: each type once, under its name in `SCHEMAS`.
pub fn of_answers() -> SchemaGenerator {
    settings().for_serialize().into_generator()
}

/// Of what clients send: whole, because a field that must be there in an answer need not be there
/// in a request, and one name cannot mean both.
pub fn of_requests() -> SchemaGenerator {
    let whole = settings().with(|settings| settings.inline_subschemas = true);
    whole.for_deserialize().into_generator()
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
    })
}

impl<Of: Named> JsonSchema for Id<Of> {
    fn schema_name() -> Cow<'static, str> {
        Of::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "13 characters of Crockford's base 32; ids ascend with time.",
            "pattern": "^(?!0{13})[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{12}$",
            "examples": [Of::EXAMPLE],
        })
    }
}

/// A schema of a text type: name, what it is, its pattern or format, one of them.
macro_rules! text {
    ($($of:ident: $says:literal, $form:literal = $rule:expr, $example:expr;)*) => {$(
        impl JsonSchema for $of {
            fn schema_name() -> Cow<'static, str> {
                stringify!($of).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "description": $says,
                    $form: $rule,
                    "examples": [$example],
                })
            }
        }
    )*};
}

text! {
    Timestamp: "A time in UTC (RFC 3339), to the microsecond.",
        "format" = "date-time", "2025-03-02T10:15:30.12Z";
    OrderNumber: "The day in Seoul and ten characters: another spelling of the order's id.",
        "pattern" = "^[0-9]{8}-[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{10}$", "20250302-2335G71000";
    OrderItemId: "The order's id and the number of the line.",
        "pattern" = "^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{12}-[1-9][0-9]*$", "049824T900C00-1";
    TransactionId: "The saga's id and which way the points went.",
        "pattern" = "^[0-9A-HJKMNP-TV-Z]{13}-(CHARGE|USE|REFUND)$", "049824T900C00-USE";
    Actor: "Who asked for it.",
        "pattern" = "^(system|(user|operator):[0-9A-HJKMNP-TV-Z]{13})$", "user:048XRHY900407";
    EventId: "One effect has one id, whoever caused it and however often it is said.",
        "pattern" = "^[0-9A-HJKMNP-TV-Z]{13}:[A-Za-z-]+:(do|undo|[0-9]+)$",
        "049824T900C00:deduct-stock:do";
    Trace: "The W3C traceparent of the request that began it all.",
        "pattern" = "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    Step: "A step of a saga.",
        "enum" = Step::ALL, Step::ALL[0];
}

impl JsonSchema for Steps {
    fn schema_name() -> Cow<'static, str> {
        "Steps".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "items": generator.subschema_for::<Step>(),
            "uniqueItems": true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{CouponId, OrderId, ProductId, RefundId, SagaId, UserCouponId, UserId};
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    /// The example of a type is one of its values, and spelled as the type spells it.
    #[test]
    fn examples_are_values_as_the_wire_has_them() {
        fn check<T: JsonSchema + DeserializeOwned + Serialize>() {
            let schema = T::json_schema(&mut of_answers()).to_value();
            let example = &schema["examples"][0];
            let read: T = serde_json::from_value(example.clone())
                .unwrap_or_else(|error| panic!("{}: {error}", T::schema_name()));
            assert_eq!(&serde_json::to_value(&read).unwrap(), example);
        }
        check::<UserId>();
        check::<ProductId>();
        check::<OrderId>();
        check::<RefundId>();
        check::<SagaId>();
        check::<CouponId>();
        check::<UserCouponId>();
        check::<Timestamp>();
        check::<OrderNumber>();
        check::<OrderItemId>();
        check::<TransactionId>();
        check::<Actor>();
        check::<EventId>();
        check::<Trace>();
        check::<Step>();
    }
}
