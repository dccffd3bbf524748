use super::*;
use crate::golden;

#[test]
fn the_document_is_the_golden_one() {
    let text = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    golden::check("asyncapi.json", &text);
}

/// Every `$ref` of a document leads somewhere in it.
#[test]
fn nothing_refers_to_what_is_not_there() {
    let document = document();
    let mut refs = Vec::new();
    collect(&document, &mut refs);
    assert!(refs.len() > 100, "{}", refs.len());
    for to in refs {
        let pointer = to.strip_prefix('#').expect("a place in this document");
        assert!(document.pointer(pointer).is_some(), "{to}");
    }
}

fn collect(value: &Value, refs: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str().filter(|_| name == "$ref") {
                    Some(to) => refs.push(to.to_owned()),
                    None => collect(member, refs),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, refs)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a service receives by the document is what it hears by the table, and what it sends or
/// replies is what it says.
#[test]
fn operations_say_what_the_table_says() {
    let document = document();
    for &service in ServiceName::ALL {
        let (mut hears, mut says) = (Kinds::NONE, Kinds::NONE);
        for (name, operation) in document["operations"].as_object().unwrap() {
            if name.split('.').next() != Some(service.as_str()) {
                continue;
            }
            let heard = kinds(&operation["messages"]);
            match operation["action"].as_str() {
                Some("receive") => hears = hears.union(heard),
                Some("send") => says = says.union(heard),
                other => panic!("{name}: {other:?}"),
            }
            says = says.union(kinds(&operation["reply"]["messages"]));
        }
        assert_eq!(hears, saga::hears(service), "{service} hears");
        assert_eq!(says, saga::says(service), "{service} says");
    }
}

fn kinds(messages: &Value) -> Kinds {
    let refs = messages.as_array().into_iter().flatten();
    let names = refs.map(|to| to["$ref"].as_str().unwrap().rsplit('/').next().unwrap());
    names.map(|name| Kind::from_name(name).unwrap()).collect()
}
