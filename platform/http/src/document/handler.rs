//! A handler's signature: what its arguments and its answer say of the route.

use super::{Answer, Argument, Told};

/// An async function of documented arguments. `Arguments` is their tuple, so that one type can
/// stand for functions of any number of them.
pub trait Documented<Arguments> {
    fn tell(told: &mut Told<'_>);
}

/// Once for every number of arguments: Rust has no other way to say "any".
macro_rules! documented {
    ($($argument:ident)*) => {
        impl<F, Answering, A, $($argument),*> Documented<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Answering,
            Answering: Future<Output = A>,
            A: Answer,
            $($argument: Argument,)*
        {
            fn tell(told: &mut Told<'_>) {
                $($argument::tell(told);)*
                A::tell(told);
            }
        }
    };
}

documented!();
documented!(A1);
documented!(A1 A2);
documented!(A1 A2 A3);
documented!(A1 A2 A3 A4);
documented!(A1 A2 A3 A4 A5);
