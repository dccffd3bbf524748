-- Orders that complete are most of a user's: their list of one status is the whole list, with few
-- passed over, and open ones are few and young. Only cancelled ones lie far apart. An index over
-- all of them would be written twice for every order, each time on a page of that user's.
DROP INDEX order_summary_by_status;

CREATE INDEX order_summary_cancelled ON order_summary (generation, user_id, order_id)
    WHERE status = 2;
