-- The few among the many: staff by role, and closed accounts. Shoppers who are active are most of
-- the table, so their lists read it by its key, and a sign-up writes neither index.
CREATE INDEX user_staff ON user (role, user_id) WHERE role > 1;
CREATE INDEX user_closed ON user (user_id) WHERE status = 2;
