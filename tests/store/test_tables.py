"""What is kept in clear is a closed list, and what belongs to a person can be spread by person."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CHAR, LargeBinary, Text, insert, text

from careplan.accounts.grants import Basis, Grant
from careplan.accounts.partners import Partner, PartnerState, Purpose, read_scopes
from careplan.accounts.people import Role
from careplan.accounts.registration import Body, Registration
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.keys.health_cards import new_card_key
from careplan.measures.sheet import Period, make_sheet
from careplan.plan.conversation import Deed, Entry, Side, Suggested, begun
from careplan.plan.places import Place
from careplan.sharing.consents import Consent, Said
from careplan.sharing.links import Kind as LinkKind
from careplan.sharing.links import Link, Opening
from careplan.store import reports
from careplan.store.accounts import link_account, new_account, set_totp
from careplan.store.cards import IssuedCard, keep_card_key, keep_issued_card
from careplan.store.carers import KeptGrant, Terms, make_carer_code, new_grant
from careplan.store.ceremonies import Ceremony, begin
from careplan.store.clinic_codes import make_code
from careplan.store.consents import keep_consent
from careplan.store.conversation import keep_thread
from careplan.store.counters import count_in
from careplan.store.db import Store
from careplan.store.deprivation import keep_quintiles
from careplan.store.drafts import keep_draft
from careplan.store.equality import keep_equality
from careplan.store.errands import Errand, Way, keep_errand
from careplan.store.errors import CannotKeep
from careplan.store.handovers import Agreed, Handover, add_quiet_note, keep_handover
from careplan.store.hospitals import Hospital, keep_hospitals
from careplan.store.invitations import Batch, Work, new_batch
from careplan.store.link_files import NewFile, put_files
from careplan.store.links import LinkSecrets, count_wrong_answer, keep_link
from careplan.store.measures import EVERYONE, Promise, keep_promise, keep_sheet
from careplan.store.notices import choose, hand_over, mention_once
from careplan.store.outbox import add_message
from careplan.store.owners import of_account, of_patient
from careplan.store.partners import (
    KeptPartner,
    keep_partner_token,
    new_partner,
    use_assertion,
)
from careplan.store.passkeys import Passkey, keep_passkey
from careplan.store.patients import know_nhs_number
from careplan.store.phones import Phone, keep_phone
from careplan.store.photos import set_photo
from careplan.store.private_words import add_note
from careplan.store.received import Received, keep_received
from careplan.store.recovery import make_recovery_code
from careplan.store.renditions import Rendition, keep_rendition
from careplan.store.replies import keep_reply
from careplan.store.sessions import new_session
from careplan.store.signatures import KeptSignature, keep_signature
from careplan.store.staff_invitations import Invitation, new_invitation
from careplan.store.tables import CLEAR, NOT_BY_PERSON, Sealed, metadata
from careplan.store.tapping import Tapper, keep_tapper
from careplan.store.teams import add_member
from careplan.store.trail import append
from careplan.store.unplaced import (
    Key,
    Unplaced,
    digest,
    enter_key,
    keep_unplaced,
)
from careplan.store.versions import NewVersion, keep_version
from careplan.store.visits import keep_tap, keep_visit
from careplan.visits.equality import Equality
from careplan.visits.reply import Reply
from careplan.visits.reply import Said as Replied
from careplan.visits.report import VisitReport
from careplan.visits.visit import Stage, Tap, Tapped, Visit, Where
from tests.at_rest.scanner import Scanner
from tests.stores import NOW, a_keyring, a_patient, a_team, seeded, the_patient

TABLES = {table.name: table for table in metadata.sorted_tables}
IDS_AND_WORDS_OF_OURS = {
    "kind", "state", "master_id", "role", "relation", "section", "layout", "opening",
    "content_type", "chain", "side", "waiting_for", "kid", "rid", "stage",
    "scopes",
}  # fmt: skip
OF_NOBODY = {"hospital", "deprivation", "measure_sheet", "measure_promise", "partner"}
"""Public facts and sums that are published as they stand."""
PUBLIC = {"name", "organisation", "ods", "phone"}


def test_every_column_is_sealed_or_on_the_list():
    assert set(CLEAR) == set(TABLES)
    for name, table in TABLES.items():
        sealed = {column.name for column in table.columns if isinstance(column.type, Sealed)}
        assert {column.name for column in table.columns} - sealed == CLEAR[name], name


def test_text_in_clear_is_never_a_persons_text():
    """A letter column in clear holds a word of ours, a link's ciphertext, or a team's address."""
    for name, table in TABLES.items():
        texts = {c.name for c in table.columns if isinstance(c.type, Text | CHAR)}
        allowed = IDS_AND_WORDS_OF_OURS | {"jwe", "jwe_zipped", "password_hash"}
        allowed |= PUBLIC if name == "team" else set()
        allowed |= {"public_jwk"} if name == "card_key" else set()  # published as it stands
        allowed |= texts if name in OF_NOBODY else set()
        assert texts <= allowed, name


def test_bytes_in_clear_are_hashes_and_wrapped_keys():
    for name, table in TABLES.items():
        for column in table.columns:
            if isinstance(column.type, LargeBinary) and not isinstance(column.type, Sealed):
                assert column.name in {"data_key", "digest"} or any(
                    word in column.name for word in ("hash", "sha256")
                ), f"{name}.{column.name}"


def test_keys_of_a_person_begin_with_the_person():
    for name, table in TABLES.items():
        if name in NOT_BY_PERSON:
            continue
        first = next(iter(table.primary_key.columns)).name
        assert first == "patient_id", name
        for key in table.foreign_key_constraints:
            if key.referred_table.name not in NOT_BY_PERSON:
                assert key.column_keys[0] == "patient_id", name


# --- a filled database tells nothing ---------------------------------------------------------

SECRETS = {
    "name": "Adaeze Okonkwo-Bright",
    "email": "adaeze.bright@example.com",
    "drug": "morphine 10 mg subcutaneous",
    "born": "1997-03-14",
    "nhs": "9990110212",
    "words": "I go quiet and shut my eyes",
    "doctor": "Dr Helena Marsden",
    "registration": "7012345",
    "passcode": "correct-horse",
    "token": "tok_" + "A7f" * 13,
    "code": "ABCDEFGHJKM",
    "label": "For my sister Ngozi",
    "totp": "JBSWY3DPEHPK3PXP",
    "session": "session-token-in-clear",
    "clinic": "QWERTY12",
}


def fill(store):
    facts = {"text": SECRETS["drug"] * 3, "words": SECRETS["words"] * 3}
    document = json.dumps(facts | {"name": SECRETS["name"], "dob": SECRETS["born"]}).encode() * 5
    with store.begin() as tx:
        team_id, account_id = a_team(tx), tx.new_id()
        new_account(
            tx, account_id, kind="staff", email=SECRETS["email"], name=SECRETS["doctor"],
            title="Consultant", password_hash="$argon2id$hash", at=NOW,
        )  # fmt: skip
        set_totp(tx, account_id, SECRETS["totp"], NOW)
        registration = Registration(body=Body.GMC, number=SECRETS["registration"])
        add_member(tx, account_id, team_id, role=Role.CLINICIAN, at=NOW, registration=registration)
        _give_codes(tx, team_id, account_id)
        new_session(tx, SECRETS["session"], account_id=account_id, at=NOW, data=facts)
        patient_id = a_patient(
            tx, team_id=team_id, legal_name=SECRETS["name"], nhs_number=SECRETS["nhs"]
        )
        know_nhs_number(tx, patient_id, SECRETS["nhs"])
        link_account(tx, account_id, patient_id, relation="self", at=NOW)
        make_code(
            tx, SECRETS["clinic"], patient_id=patient_id, by=account_id, at=NOW,
            expires_at=NOW + timedelta(minutes=15),
        )  # fmt: skip
        by = the_patient(patient_id, account_id)
        keep_draft(tx, patient_id, "about_me", facts, based_on=0, by=by, at=NOW)
        _publish(tx, patient_id, document)
        _share(tx, patient_id)
        entry = Entry(
            number=1, side=Side.PATIENT, deed=Deed.SUGGESTED, at=NOW, by=SECRETS["name"],
            by_id=str(account_id), words=SECRETS["words"],
        )  # fmt: skip
        place, asked = Place("pain_plan.steps.drug", str(tx.new_id())), Suggested(SECRETS["drug"])
        keep_thread(tx, patient_id, begun(tx.new_id(), place, SECRETS["drug"], entry, asked))
        _let_in(tx, patient_id, account_id, team_id)
        _keep_what_is_theirs_alone(tx, patient_id, account_id)
        _invite(tx, account_id, team_id)
        _let_a_system_in(tx, account_id, team_id, patient_id)
        doer = Actor(ActorKind.STAFF, str(account_id), SECRETS["doctor"])
        started = append(tx, AuditEvent(Kind.PLAN_STARTED, NOW, doer, str(patient_id)))
        said = Said(Consent.GP, given=True, at=NOW, by=SECRETS["name"])
        keep_consent(tx, patient_id, said, sequence=started)
        _tell(tx, doer, patient_id, facts)


def _tell(tx, doer, patient_id, facts):
    append(tx, AuditEvent(Kind.SIGNED_IN, NOW, doer, None))
    add_message(tx, "told", facts, patient_id=patient_id, at=NOW)
    _say_it_is_wrong(tx, patient_id)
    count_in(tx, f"sign-in:{SECRETS['email']}", window=timedelta(minutes=1), at=NOW)


def _invite(tx, account_id, team_id):
    """A list of people to start plans for, with one of them on it."""
    listed = Batch(
        batch_id=tx.new_id(), team_id=team_id, made_by=account_id, made_at=NOW, total=1,
        state=Work.WORKING,
    )  # fmt: skip
    new_batch(tx, listed, [(2, {"name": SECRETS["name"], "born": SECRETS["born"]})])


def _let_a_system_in(tx, account_id, team_id, patient_id):
    """Another organisation's, with a token and a note that is used up."""
    client = Partner(
        partner_id=tx.new_id(), team_id=team_id, name="Record system", ods="R9X01",
        organisation="St Anselm's Hospital", purpose=Purpose.OWN_TRUST, made_at=NOW,
        scopes=read_scopes("system/*.rs"), state=PartnerState.ACTIVE,
    )  # fmt: skip
    kept = KeptPartner(
        partner=client, jwks_url=None, jwks="{}", fetched_at=None, made_by=account_id,
        last_used_at=None,
    )  # fmt: skip
    new_partner(tx, kept)
    keep_partner_token(tx, SECRETS["token"], partner=client, at=NOW, expires_at=NOW)
    use_assertion(tx, client.partner_id, SECRETS["session"], expires_at=NOW, at=NOW)
    _bring_documents(tx, client, patient_id)


def _bring_documents(tx, client, patient_id):
    """What it sent: for somebody, and for somebody whom nobody found."""
    brought: dict[str, Any] = {
        "partner_id": client.partner_id, "received_at": NOW,
        "facts": {"born": SECRETS["born"], "nhs_number": SECRETS["nhs"]},
        "document": f"{SECRETS['drug']} {SECRETS['name']} {SECRETS['words']}".encode(),
    }  # fmt: skip
    keep_received(tx, Received(patient_id=patient_id, received_id=tx.new_id(), **brought))
    keep_unplaced(tx, Unplaced(team_id=client.team_id, received_id=tx.new_id(), **brought))
    key = Key(client.partner_id, tx.new_id(), digest(brought["document"]), patient_id)
    enter_key(tx, key, identifier=f"urn:nhs|{SECRETS['nhs']}")


def _let_in(tx, patient_id, account_id, team_id):
    """Somebody helps, something was told in private, and the plan moves to another team."""
    told: dict[str, Any] = {
        "relation": SECRETS["label"], "basis": Basis.CONSENT, "writes": True,
    }  # fmt: skip
    granted = Grant(
        id=str(tx.new_id()), name=SECRETS["name"], granted_by=SECRETS["doctor"],
        granted_at=NOW, **told,
    )  # fmt: skip
    new_grant(tx, KeptGrant(patient_id, account_id, granted, notes=SECRETS["words"]))
    make_carer_code(
        tx, SECRETS["clinic"], Terms(granted_by=SECRETS["doctor"], **told), patient_id=patient_id,
        by=account_id, at=NOW, expires_at=NOW + timedelta(minutes=15),
    )  # fmt: skip
    add_quiet_note(tx, patient_id, words=SECRETS["words"], about=SECRETS["name"], at=NOW)
    word = Agreed(SECRETS["doctor"], SECRETS["registration"], "A hospital", NOW)
    keep_handover(tx, Handover(patient_id, team_id, a_team(tx), NOW.date(), NOW, {"from": word}))


def _keep_what_is_theirs_alone(tx, patient_id, account_id):
    add_note(tx, patient_id, text=SECRETS["words"] * 3, at=NOW)
    set_photo(tx, patient_id, SECRETS["words"].encode() * 9, at=NOW)
    asked: dict[str, Any] = {"id": tx.new_id(), "paper": "full_print", "way": Way.POST}
    words, name = SECRETS["words"], SECRETS["name"]
    keep_errand(tx, patient_id, Errand(**asked, words=words, asked_by=name, asked_at=NOW))
    choose(tx, patient_id, account_id, frozenset({"changed"}))
    hand_over(tx, patient_id, tx.new_id(), account_id=account_id, kind="changed", at=NOW)
    mention_once(tx, patient_id, NOW.date(), at=NOW)
    _go_in(tx, patient_id, account_id)
    pocket = Phone(
        patient_id=patient_id, phone_id=tx.new_id(), account_id=account_id, version=1,
        kept_at=NOW, expires_at=NOW, last_seen_at=NOW, name=SECRETS["label"],
    )  # fmt: skip
    keep_phone(tx, pocket, token=SECRETS["token"])
    told = VisitReport(patient_id=patient_id, report_id=tx.new_id(), given_at=NOW, words=words)
    reports.keep(tx, replace(told, hospital_words=SECRETS["doctor"]))
    keep_equality(tx, Equality(patient_id=patient_id, described=words, changed_at=NOW))
    keep_hospitals(tx, [Hospital(code="R9X01", name="St Anselm's Hospital")])
    keep_quintiles(tx, [("SE1 7EH", 1)])
    month = Period(since=None, until=NOW.date())
    keep_sheet(tx, make_sheet([], about="visits", period=month), whose=EVERYONE, at=NOW)
    promise = Promise(
        promise_id=tx.new_id(), scope="a team", public=True, measure="within_30",
        owner="A named lead", action="First dose at triage", due_on=NOW.date(), made_at=NOW,
        made_by=tx.new_id(),
    )  # fmt: skip
    keep_promise(tx, promise)


def _go_in(tx, patient_id, account_id):
    tapper = Tapper(
        patient_id=patient_id, phone_id=tx.new_id(), account_id=account_id, made_at=NOW,
        last_seen_at=NOW, name=SECRETS["label"],
    )  # fmt: skip
    keep_tapper(tx, tapper, token=SECRETS["token"])
    where = Where(words=SECRETS["label"])
    going = Visit(
        patient_id=patient_id, visit_id=tx.new_id(), begun_at=NOW, stage=Stage.GOING,
        tells_team=True, by=SECRETS["name"], where=where,
    )  # fmt: skip
    keep_visit(tx, going)
    answered = Reply(
        patient_id=patient_id, opening_id=tx.new_id(), version=1, said=Replied.USED, at=NOW,
        who=SECRETS["words"],
    )  # fmt: skip
    keep_reply(tx, answered)
    took = Tapped(tap_id=tx.new_id(), tap=Tap.TOOK, at=NOW, heard_at=NOW, words=SECRETS["drug"])
    keep_tap(tx, patient_id, going.visit_id, took)


def _other_ways_in(tx, account_id):
    """A passkey, half a sign-in with one, and another provider's name for this account."""
    key = Passkey(
        account_id=account_id, credential_id=SECRETS["token"].encode(), sign_count=1, made_at=NOW,
        public_key=SECRETS["session"].encode(), name=SECRETS["label"],
    )  # fmt: skip
    keep_passkey(tx, key)
    begin(
        tx, next(iter(Ceremony)), body={"challenge": SECRETS["token"]}, account_id=account_id,
        at=NOW, lives=timedelta(minutes=5),
    )  # fmt: skip
    subject = tx.hash("subject", SECRETS["nhs"])
    body = TABLES["outside_identity"].c.body
    said = {"subject": SECRETS["nhs"], "email": SECRETS["email"]}
    other = {
        "subject_hash": subject, "account_id": account_id, "kind": "patients", "linked_at": NOW,
        "body": tx.seal_facts(of_account(account_id), body, subject.hex(), said),
    }  # fmt: skip
    tx.run(insert(TABLES["outside_identity"]), other)


def _say_it_is_wrong(tx, patient_id):
    """Beside the medical part; and a look that was written down elsewhere for a while."""
    note, body = tx.new_id(), TABLES["annotation"].c.body
    words = {"words": SECRETS["words"], "about": SECRETS["drug"]}
    said = {
        "patient_id": patient_id, "annotation_id": note, "at": NOW,
        "body": tx.seal_facts(of_patient(patient_id), body, str(note), words),
    }  # fmt: skip
    tx.run(insert(TABLES["annotation"]), said)
    tx.run(insert(TABLES["replayed"]), {"entry_hash": tx.hash("replayed", "one"), "at": NOW})


def _give_codes(tx, team_id, account_id):
    made = {"at": NOW, "expires_at": NOW + timedelta(days=7)}
    make_recovery_code(tx, SECRETS["clinic"], account_id=account_id, by=None, **made)
    invited = Invitation(
        invitation_id=tx.new_id(), team_id=team_id, made_by=account_id, made_at=NOW,
        expires_at=made["expires_at"], name=SECRETS["doctor"], email=SECRETS["email"],
        title="Consultant", role=Role.CLINICIAN, registration=SECRETS["registration"],
    )  # fmt: skip
    new_invitation(tx, invited, SECRETS["clinic"] * 2)
    _other_ways_in(tx, account_id)


def _publish(tx, patient_id, document):
    signature_id = tx.new_id()
    signer = {"name": SECRETS["doctor"], "number": SECRETS["registration"]}
    keep_signature(
        tx,
        KeptSignature(
            patient_id=patient_id, signature_id=signature_id, signed_at=NOW,
            expires_on=NOW.date(), clinical=document, signer=signer,
        ),
    )  # fmt: skip
    keep_version(
        tx,
        NewVersion(
            patient_id=patient_id, number=1, published_at=NOW, record_id=tx.new_id(),
            emergency_id=tx.new_id(), record=document, emergency=document,
            head={"reason": SECRETS["words"]}, signature_id=signature_id,
        ),
    )  # fmt: skip
    paper = Rendition(patient_id=patient_id, version=1, kind="a4", layout="x")
    keep_rendition(tx, paper, document, at=NOW)


def _share(tx, patient_id):
    link_id = tx.new_id()
    link = Link(
        id=str(link_id), kind=LinkKind.MESSAGE, opening=Opening.PASSCODE, created_at=NOW,
        label=SECRETS["label"],
    )  # fmt: skip
    secrets = LinkSecrets(
        token=SECRETS["token"], key=b"K" * 32, short_code=SECRETS["code"],
        passcode_hash=SECRETS["passcode"],
    )  # fmt: skip
    keep_link(tx, patient_id, link, secrets)
    count_wrong_answer(tx, patient_id, link_id, answer=SECRETS["born"], lifetime=10)
    key = keep_card_key(tx, new_card_key(lambda size: b"S" * size), at=NOW)
    card = IssuedCard(
        kid=key.kid, rid="kRv3mVbQk1c", good_until=NOW.date(), made_at=NOW,
        jws=SECRETS["drug"], left_out=(SECRETS["words"],),
    )  # fmt: skip
    keep_issued_card(tx, patient_id, link_id, card, version=1)
    put_files(tx, patient_id, link_id, [NewFile(content_type="a/b", jwe="e.e", jwe_zipped="e")],
              version=1, at=NOW)  # fmt: skip


def test_every_table_is_filled_and_no_file_holds_a_seeded_fact(sqlite_url):
    store = Store(sqlite_url, a_keyring(), entropy=seeded())
    fill(store)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    files = sorted(path.parent.glob(f"{path.name}*"))
    assert any(file.name.endswith("-wal") and file.stat().st_size for file in files)
    kept = b"".join(file.read_bytes() for file in files)
    with store.read() as tx:
        for name in TABLES:
            assert tx.run(text(f"SELECT count(*) FROM {name}")).scalar_one() > 0, name
    store.close()
    assert b"St Anselm" in kept, "the scan finds what is in clear"
    assert Scanner([*SECRETS.values(), "K" * 32]).look(kept) == set()


# --- what never changes ----------------------------------------------------------------------


@pytest.mark.parametrize("table", ["plan_version", "audit_event", "service_event"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET {}", "DELETE FROM {}"])
@pytest.mark.asvs("16.4.2")
def test_the_database_refuses_to_change_the_past(store, owned, table, deed):
    """The application's role has no right to; nor may the owner, by a statement alone."""
    fill(store)
    column = "published_at = published_at" if table == "plan_version" else "at = at"
    for one in (store, owned):
        with pytest.raises(CannotKeep), one.begin() as tx:
            tx.run(text(deed.format(table, column)))


@pytest.mark.parametrize("column", ["clinical", "signer", "clinical_sha256", "signed_at"])
def test_the_database_refuses_to_change_what_was_signed(store, owned, column):
    fill(store)
    for one in (store, owned):
        with pytest.raises(CannotKeep), one.begin() as tx:
            tx.run(text(f"UPDATE signature SET {column} = {column}"))


@pytest.mark.parametrize("table", ["trail_head", "service_head"])
def test_the_end_of_a_chain_only_goes_on(store, owned, table):
    fill(store)
    for one in (store, owned):
        for deed in (f"UPDATE {table} SET sequence = sequence", f"DELETE FROM {table}"):
            with pytest.raises(CannotKeep), one.begin() as tx:
                tx.run(text(deed))


def test_no_statement_of_ours_changes_a_version():
    for file in Path("careplan/store").glob("*.py"):
        assert "update(plan_version" not in file.read_text(), file
        assert "delete(plan_version" not in file.read_text(), file
