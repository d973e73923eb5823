from django.db import migrations

BALANCE = """
CREATE FUNCTION spa_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE entry bigint; total numeric; n bigint;
BEGIN
  IF TG_TABLE_NAME = 'spa_journalentry' THEN entry := NEW.id; ELSE entry := NEW.entry_id; END IF;
  SELECT coalesce(sum(amount_cents), 0), count(*) INTO total, n
    FROM spa_journalline WHERE entry_id = entry;
  IF n < 2 OR total <> 0 THEN
    RAISE EXCEPTION 'journal entry % has % lines and sums to %', entry, n, total
      USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_sums_to_zero',
            TABLE = 'spa_journalentry';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER journal_entry_balances AFTER INSERT ON spa_journalentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spa_entry_balances();
CREATE CONSTRAINT TRIGGER journal_line_balances AFTER INSERT ON spa_journalline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spa_entry_balances();
"""
BALANCE_BACK = """
DROP TRIGGER journal_line_balances ON spa_journalline;
DROP TRIGGER journal_entry_balances ON spa_journalentry;
DROP FUNCTION spa_entry_balances();
"""

# What a visit says of its money is what the journal says; read at commit. FOR SHARE waits for a
# change of the visit that is under way elsewhere. The journal outlives a visit that is archived.
VISITS = """
CREATE FUNCTION spa_visit_agrees_with_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE visit spa_appointment; price bigint; held bigint; owed bigint; wrong text;
BEGIN
  IF TG_TABLE_NAME = 'spa_appointment' THEN
    SELECT * INTO visit FROM spa_appointment WHERE id = NEW.id FOR SHARE;
  ELSIF TG_TABLE_NAME = 'spa_journalline' THEN
    SELECT * INTO visit FROM spa_appointment WHERE code = substr(NEW.subledger, 7) FOR SHARE;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT * INTO visit FROM spa_appointment WHERE id = OLD.appointment_id FOR SHARE;
  ELSE
    SELECT * INTO visit FROM spa_appointment WHERE id = NEW.appointment_id FOR SHARE;
  END IF;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT coalesce(sum(price_cents), 0) INTO price
    FROM spa_appointmentitem WHERE appointment_id = visit.id;
  SELECT coalesce(-sum(amount_cents) FILTER (WHERE account = 'client_deposits'), 0),
         coalesce(sum(amount_cents) FILTER (WHERE account = 'receivables'), 0)
    INTO held, owed FROM spa_journalline WHERE subledger = 'visit:' || visit.code;
  wrong := CASE
    WHEN price <> visit.price_cents THEN 'visit_costs_what_its_items_do'
    WHEN owed <> visit.debt_cents THEN 'visit_owes_what_the_journal_says'
    WHEN held <> CASE WHEN visit.status IN ('offered', 'pending_payment', 'confirmed', 'arrived',
                                            'in_service') THEN visit.paid_cents ELSE 0 END
      THEN 'visit_holds_what_the_journal_says'
    WHEN visit.status = 'completed' AND NOT visit.before_the_books
      AND price <> visit.discount_cents + visit.paid_cents + visit.debt_cents
      THEN 'visit_is_settled_when_it_is_completed'
    WHEN visit.discount_cents + visit.paid_cents > price THEN 'visit_is_never_overpaid'
  END;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'appointment %: %', visit.id, wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = wrong, TABLE = 'spa_appointment';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER appointment_agrees_with_journal
  AFTER INSERT OR UPDATE OF status, price_cents, discount_cents, paid_cents, debt_cents, before_the_books
  ON spa_appointment DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION spa_visit_agrees_with_journal();
CREATE CONSTRAINT TRIGGER item_agrees_with_journal
  AFTER INSERT OR DELETE OR UPDATE OF price_cents, appointment_id
  ON spa_appointmentitem DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION spa_visit_agrees_with_journal();
CREATE CONSTRAINT TRIGGER line_agrees_with_its_visit AFTER INSERT ON spa_journalline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.subledger LIKE 'visit:%')
  EXECUTE FUNCTION spa_visit_agrees_with_journal();
"""
VISITS_BACK = """
DROP TRIGGER line_agrees_with_its_visit ON spa_journalline;
DROP TRIGGER item_agrees_with_journal ON spa_appointmentitem;
DROP TRIGGER appointment_agrees_with_journal ON spa_appointment;
DROP FUNCTION spa_visit_agrees_with_journal();
"""

CREDIT = """
CREATE FUNCTION spa_credit_agrees_with_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whose bigint; lots numeric; booked numeric;
BEGIN
  IF TG_TABLE_NAME = 'spa_journalline' THEN whose := substr(NEW.subledger, 8)::bigint;
  ELSIF TG_OP = 'DELETE' THEN whose := OLD.client_id;
  ELSE whose := NEW.client_id; END IF;
  SELECT coalesce(sum(remaining_cents), 0) INTO lots
    FROM spa_clientcredit WHERE client_id = whose;
  SELECT coalesce(-sum(amount_cents), 0) INTO booked
    FROM spa_journalline WHERE subledger = 'client:' || whose AND account = 'client_credit';
  IF lots <> booked THEN
    RAISE EXCEPTION 'client % has % of credit and % in the journal', whose, lots, booked
      USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_is_what_the_journal_says',
            TABLE = 'spa_clientcredit';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER credit_agrees_with_journal
  AFTER INSERT OR DELETE OR UPDATE OF remaining_cents, client_id ON spa_clientcredit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spa_credit_agrees_with_journal();
CREATE CONSTRAINT TRIGGER line_agrees_with_credit AFTER INSERT ON spa_journalline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.subledger LIKE 'client:%')
  EXECUTE FUNCTION spa_credit_agrees_with_journal();
"""
CREDIT_BACK = """
DROP TRIGGER line_agrees_with_credit ON spa_journalline;
DROP TRIGGER credit_agrees_with_journal ON spa_clientcredit;
DROP FUNCTION spa_credit_agrees_with_journal();
"""

# A movement waits for a close that is under way, and is refused then.
DRAWERS = """
CREATE FUNCTION spa_session_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM spa_cashsession WHERE id = NEW.session_id AND closed_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'cash session % is closed', NEW.session_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_movement_needs_an_open_session',
            TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cash_movement_needs_an_open_session BEFORE INSERT ON spa_cashmovement
  FOR EACH ROW EXECUTE FUNCTION spa_session_is_open();
CREATE TRIGGER closed_is_closed BEFORE UPDATE OR DELETE ON spa_cashsession
  FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION spa_refuse_change();
CREATE FUNCTION spa_session_agrees_with_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint; moved numeric; booked numeric;
BEGIN
  IF TG_TABLE_NAME = 'spa_journalline' THEN which := substr(NEW.subledger, 9)::bigint;
  ELSIF TG_TABLE_NAME = 'spa_cashsession' THEN which := NEW.id;
  ELSE which := NEW.session_id; END IF;
  SELECT coalesce(sum(amount_cents), 0) INTO moved
    FROM spa_cashmovement WHERE session_id = which;
  SELECT coalesce(sum(amount_cents), 0) INTO booked
    FROM spa_journalline WHERE subledger = 'session:' || which AND account = 'cash';
  IF moved <> booked OR moved <> 0 AND EXISTS (
    SELECT FROM spa_cashsession WHERE id = which AND closed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'cash session % moved % and has % in the journal', which, moved, booked
      USING ERRCODE = 'check_violation', CONSTRAINT = 'drawer_holds_what_the_journal_says',
            TABLE = 'spa_cashsession';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER movement_agrees_with_journal AFTER INSERT ON spa_cashmovement
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spa_session_agrees_with_journal();
CREATE CONSTRAINT TRIGGER session_agrees_with_journal AFTER UPDATE OF closed_at ON spa_cashsession
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spa_session_agrees_with_journal();
CREATE CONSTRAINT TRIGGER line_agrees_with_its_drawer AFTER INSERT ON spa_journalline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.subledger LIKE 'session:%')
  EXECUTE FUNCTION spa_session_agrees_with_journal();
"""
DRAWERS_BACK = """
DROP TRIGGER line_agrees_with_its_drawer ON spa_journalline;
DROP TRIGGER session_agrees_with_journal ON spa_cashsession;
DROP TRIGGER movement_agrees_with_journal ON spa_cashmovement;
DROP FUNCTION spa_session_agrees_with_journal();
DROP TRIGGER closed_is_closed ON spa_cashsession;
DROP TRIGGER cash_movement_needs_an_open_session ON spa_cashmovement;
DROP FUNCTION spa_session_is_open();
"""

TABLES = (
    *("spa_journalentry", "spa_journalline", "spa_cashmovement"),
    *("spa_tip", "spa_refund"),
)
APPEND_ONLY = "".join(
    f"""
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION spa_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION spa_refuse_change();
"""
    for table in TABLES
)
APPEND_ONLY_BACK = "".join(
    f"DROP TRIGGER append_only_truncate ON {table}; DROP TRIGGER append_only_rows ON {table};"
    for table in TABLES
)
# A payment never goes, and its method and sum are never rewritten: a correction is a new one.
PAYMENTS = """
CREATE TRIGGER payment_stays BEFORE DELETE ON spa_payment
  FOR EACH ROW EXECUTE FUNCTION spa_refuse_change();
CREATE TRIGGER payment_is_never_rewritten BEFORE UPDATE ON spa_payment
  FOR EACH ROW WHEN (OLD.state IN ('approved', 'voided') AND
    ((OLD.code, OLD.method, OLD.amount_cents, OLD.applied_cents, OLD.tip_cents,
      OLD.credited_cents, OLD.client_id, OLD.appointment, OLD.session_id, OLD.reference,
      OLD.at, OLD.user_id) IS DISTINCT FROM
     (NEW.code, NEW.method, NEW.amount_cents, NEW.applied_cents, NEW.tip_cents,
      NEW.credited_cents, NEW.client_id, NEW.appointment, NEW.session_id, NEW.reference,
      NEW.at, NEW.user_id)
     OR NEW.state <> 'voided' AND NEW.state <> OLD.state))
  EXECUTE FUNCTION spa_refuse_change();
"""
PAYMENTS_BACK = """
DROP TRIGGER payment_is_never_rewritten ON spa_payment;
DROP TRIGGER payment_stays ON spa_payment;
"""


class Migration(migrations.Migration):
    dependencies = [("spa", "0021_before_the_books")]
    operations = [
        migrations.RunSQL(BALANCE, BALANCE_BACK),
        migrations.RunSQL(VISITS, VISITS_BACK),
        migrations.RunSQL(CREDIT, CREDIT_BACK),
        migrations.RunSQL(DRAWERS, DRAWERS_BACK),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(PAYMENTS, PAYMENTS_BACK),
    ]
