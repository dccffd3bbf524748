-- What an offer said when it was made, where it was changed since: its creation sent again under
-- the same key is answered as the first time. Its name, end and number of pieces may change; what
-- comes off, on what and for how long never does.
ALTER TABLE coupon ADD COLUMN created_name     TEXT;
ALTER TABLE coupon ADD COLUMN created_total    INTEGER CHECK (created_total > 0);
ALTER TABLE coupon ADD COLUMN created_issue_to INTEGER;
