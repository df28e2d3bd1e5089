-- Whether a batch went on ('resumed') or began again ('restarted') after the
-- service was interrupted while deciding it.
ALTER TABLE batch ADD COLUMN after_interruption TEXT
    CHECK (after_interruption IN ('resumed', 'restarted'));
