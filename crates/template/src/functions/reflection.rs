//! Functions on the types of values.

use crate::equal;
use crate::function::Function;
use crate::types::Type;
use crate::value::Value;

const ANY: &[Type] = &[Type::Any];
const NAMED: &[Type] = &[Type::String, Type::Any];

pub(super) fn all() -> Vec<Function> {
    vec![
        Function::new("typeOf", ANY, Type::String, |_, args| Ok(args.value(0).type_name().as_ref().into()))
            .about("Names the Go type of a value.", "{{ typeOf 1 }}"),
        Function::new("kindOf", ANY, Type::String, |_, args| Ok(args.value(0).kind_name().as_ref().into()))
            .about("Names the kind of a value, such as map or slice.", "{{ kindOf (list 1) }}"),
        Function::new("typeIs", NAMED, Type::Bool, |_, args| {
            Ok((args.string(0)?[..] == *args.value(1).type_name().as_bytes()).into())
        })
        .about("Tells whether a value has this Go type.", r#"{{ typeIs "int" 1 }}"#),
        Function::new("typeIsLike", NAMED, Type::Bool, |_, args| {
            let name = args.value(1).type_name();
            let name = name.as_bytes();
            let wanted = &args.string(0)?[..];
            Ok((name == wanted || name.strip_prefix(b"*") == Some(wanted)).into())
        })
        .about(
            "Tells whether a value has this Go type or points to it.",
            r#"{{ typeIsLike "semver.Version" (semver "1.0.0") }}"#,
        ),
        Function::new("kindIs", NAMED, Type::Bool, |_, args| {
            Ok((args.string(0)?[..] == *args.value(1).kind_name().as_bytes()).into())
        })
        .about("Tells whether a value is of this kind.", r#"{{ kindIs "map" . }}"#),
        Function::new("deepEqual", &[Type::Any, Type::Any], Type::Bool, |cx, args| {
            Ok(Value::Bool(equal::deep_equal(cx, args.value(0), args.value(1))?))
        })
        .about("Compares two values through and through.", "{{ deepEqual (list 1) (list 1) }}"),
    ]
}
