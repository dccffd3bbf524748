//! What could be wrong in User.

use runtime::{Decision, Moment, Service};
use user::User;
use user::decide::Reply;
use user::input::Input;
use user::store::{Rows, Status};

use super::{Bug, Plant, UserBug};

impl Plant for User {
    fn spoil(bug: Bug, rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
        let mut decision = Self::decide(rows, input, at);
        match (bug, input) {
            (Bug::User(UserBug::ClosesSilently), Input::Deactivate(_)) => decision.says.clear(),
            (Bug::User(UserBug::KeepsAccount), Input::Deactivate(command)) => {
                if let Some(user) = rows.user.get_mut(&command.user_id) {
                    user.status = Status::Active;
                }
            }
            (_, _) => {}
        }
        decision
    }
}
