-- Charges and refunds are listed alone, and are few beside the uses, which every order writes: an
-- index over those as well would double what a ledger row costs. Uses are listed by the key.
CREATE INDEX point_history_by_direction ON point_history (user_id, direction, saga_id)
    WHERE direction <> 2;

-- An order's movements stand under several sagas: its own, and one for each of its refunds. Orders
-- grow with time, so this index is written at its end. Charges belong to no order.
CREATE INDEX point_history_by_order ON point_history (order_id) WHERE order_id IS NOT NULL;
