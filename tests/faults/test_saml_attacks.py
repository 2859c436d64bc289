"""Answers that were made, altered, borrowed or kept: each is refused, and says nothing of a person in the log (U01)."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
from collections.abc import Callable, Iterator
from copy import replace

import pytest
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod, XMLSigner, methods

from collectief.gateways.eherkenning.port import SignInRefused
from collectief.gateways.eherkenning.saml.documents import PREFIXES, made, name, written_time
from collectief.gateways.eherkenning.saml.issuing import artifact, encrypted
from collectief.gateways.eherkenning.saml.signatures import signed
from tests.saml_world import ANNA, BAS, BROKER, EH2, EH2_PLUS, EH3, EH4, Stage, issuer, key, stage

pytestmark = pytest.mark.feature("U01")


@pytest.fixture(scope="module")
def broker() -> Iterator[Stage]:
    with stage() as made_:
        yield made_


@pytest.fixture
def asked(broker: Stage) -> Stage:
    """A broker, and a question on its way."""
    broker.clock.ahead = 0
    broker.begin()
    return broker


def refused(stage_: Stage, answer: dict[str, str] | None = None, *, caplog: pytest.LogCaptureFixture) -> str:
    """The code and the log's reason; no name, number or pseudonym stands in either."""
    caplog.clear()
    with pytest.raises(SignInRefused) as problem:
        stage_.complete(answer)
    for person in (ANNA, BAS):
        for secret in (person.kvk, person.acting_subject, person.company_name, person.name):
            assert secret not in caplog.text
            assert secret not in str(problem.value.params)
    said = re.findall(r"not accepted: (.*)", caplog.text)
    return f"{problem.value.code}: {said[0]}" if said else problem.value.code


def unsigned(element: etree._Element) -> etree._Element:
    """A copy without its own signature."""
    copied = copy.deepcopy(element)
    for signature in copied.findall(name("ds:Signature")):
        copied.remove(signature)
    return copied


def forged(stage_: Stage) -> etree._Element:
    """An assertion of the attacker's own: Bas at the highest level, unsigned."""
    return unsigned(stage_.assertion(BAS, EH4))


def test_the_good_answer_is_believed(asked):
    asked.answers(asked.response(asked.assertion()))
    found = asked.complete()
    assert (found.kvk, found.acting_subject, found.level) == (ANNA.kvk, ANNA.acting_subject, EH3)


def test_the_signature_around_the_response_will_do(asked):
    asked.answers(unsigned(asked.response(asked.assertion())), sign=True)
    assert asked.complete().kvk == ANNA.kvk


# Signature wrapping: a good signature is kept, and something else is put where it is read (Somorovsky and others,
# "On Breaking SAML", 2012; the numbers are those of SAML Raider).


def xsw1(good: etree._Element, evil: etree._Element) -> etree._Element:
    """The original response inside the signature of a forged one."""
    response = copy.deepcopy(good)
    response.set("ID", "_evil")
    _replace_assertion(response, evil)
    response.find(name("ds:Signature")).append(made("ds:Object", unsigned(good)))
    return response


def xsw2(good: etree._Element, evil: etree._Element) -> etree._Element:
    """The original response beside its signature, which is now detached."""
    response = copy.deepcopy(good)
    response.set("ID", "_evil")
    _replace_assertion(response, evil)
    response.insert(1, unsigned(good))
    return response


def xsw3(good: etree._Element, evil: etree._Element) -> etree._Element:
    """A forged assertion before the original."""
    response = copy.deepcopy(good)
    response.insert(list(response).index(response.find(name("saml:Assertion"))), evil)
    return response


def xsw4(good: etree._Element, evil: etree._Element) -> etree._Element:
    """The original inside the forged assertion."""
    response = copy.deepcopy(good)
    original = response.find(name("saml:Assertion"))
    response.replace(original, evil)
    evil.append(original)
    return response


def xsw5(good: etree._Element, evil: etree._Element) -> etree._Element:
    """The original's signature in the forged assertion; the original, unsigned, at the end."""
    response = copy.deepcopy(good)
    original = response.find(name("saml:Assertion"))
    evil.insert(1, copy.deepcopy(original.find(name("ds:Signature"))))
    response.replace(original, evil)
    response.append(unsigned(original))
    return response


def xsw6(good: etree._Element, evil: etree._Element) -> etree._Element:
    """As 5, with the original inside the signature."""
    response = copy.deepcopy(good)
    original = response.find(name("saml:Assertion"))
    signature = copy.deepcopy(original.find(name("ds:Signature")))
    signature.append(unsigned(original))
    evil.insert(1, signature)
    response.replace(original, evil)
    return response


def xsw7(good: etree._Element, evil: etree._Element) -> etree._Element:
    """A forged assertion in Extensions, where a schema takes anything."""
    response = copy.deepcopy(good)
    response.insert(2, made("samlp:Extensions", evil))
    original = response.find(name("saml:Assertion"))
    response.remove(original)
    return response


def xsw8(good: etree._Element, evil: etree._Element) -> etree._Element:
    """The original, unsigned, in an Object of the forged assertion's signature."""
    response = copy.deepcopy(good)
    original = response.find(name("saml:Assertion"))
    signature = copy.deepcopy(original.find(name("ds:Signature")))
    signature.append(made("ds:Object", unsigned(original)))
    evil.insert(1, signature)
    response.replace(original, evil)
    return response


def _replace_assertion(response: etree._Element, evil: etree._Element) -> None:
    response.replace(response.find(name("saml:Assertion")), evil)


WRAPPED = (xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8)


@pytest.mark.parametrize("same_id", [False, True], ids=["own-id", "borrowed-id"])
@pytest.mark.parametrize("covered", ["response", "assertion", "envelope"])
@pytest.mark.parametrize("wrap", WRAPPED, ids=lambda wrap: wrap.__name__)
def test_a_wrapped_signature_covers_nothing_but_itself(asked, caplog, wrap: Callable, covered: str, same_id: bool):
    """`covered`: which good signature the attacker holds besides the assertion's; with none of them left, an
    attacker who could sign the envelope would still have to bring an assertion that is signed."""
    good = asked.response(asked.assertion())
    evil = forged(asked)
    if same_id:
        evil.set("ID", good.find(name("saml:Assertion")).get("ID"))
    if covered != "response":
        good = unsigned(good) if wrap not in (xsw1, xsw2) else good
    if covered == "assertion":
        # The response around it is signed anew, by whoever holds the broker's key: only the assertion is forged.
        asked.answers(signed(unsigned(wrap(good, evil)), key("broker")))
    else:
        asked.answers(wrap(good, evil), sign=covered == "envelope")
    assert refused(asked, caplog=caplog).startswith("invalid_response")


class OldSigner(XMLSigner):
    """Signs with what is out of date all the same."""

    def check_deprecated_methods(self) -> None:
        pass


def otherwise_signed(
    element: etree._Element, *, method: SignatureMethod = SignatureMethod.RSA_SHA256,
    digest: DigestAlgorithm = DigestAlgorithm.SHA256, c14n: str = "http://www.w3.org/2001/10/xml-exc-c14n#",
) -> etree._Element:  # fmt: skip
    """Under the broker's own key, by another algorithm than was agreed."""
    bare = unsigned(element)
    bare.insert(1, made("ds:Signature", given={"Id": "placeholder"}))
    broker = key("broker")
    return OldSigner(methods.enveloped, method, digest, c14n).sign(
        bare, key=broker.private, cert=[broker.certificate], reference_uri=f"#{bare.get('ID')}", id_attribute="ID"
    )


def sha1_signed(element: etree._Element) -> etree._Element:
    return otherwise_signed(element, method=SignatureMethod.RSA_SHA1, digest=DigestAlgorithm.SHA1)


def inclusively_signed(element: etree._Element) -> etree._Element:
    return otherwise_signed(element, c14n="http://www.w3.org/TR/2001/REC-xml-c14n-20010315")


def with_two_signatures(element: etree._Element) -> etree._Element:
    copied = copy.deepcopy(element)
    copied.append(copy.deepcopy(copied.find(name("ds:Signature"))))
    return copied


def altered(stage_: Stage, change: Callable[[etree._Element], None]) -> etree._Element:
    """A response around an assertion that was changed before it was signed."""
    assertion = unsigned(stage_.assertion())
    change(assertion)
    return stage_.response(signed(assertion, key("broker")))


def _set(path: str, attribute: str, value: str) -> Callable[[etree._Element], None]:
    def change(element: etree._Element) -> None:
        found = element.find("/".join(name(step) for step in path.split("/")))
        assert found is not None
        found.set(attribute, value)

    return change


def _text(path: str, value: str) -> Callable[[etree._Element], None]:
    def change(element: etree._Element) -> None:
        found = element.find("/".join(name(step) for step in path.split("/")))
        assert found is not None
        found.text = value

    return change


def _drop(path: str) -> Callable[[etree._Element], None]:
    def change(element: etree._Element) -> None:
        found = element.find("/".join(name(step) for step in path.split("/")))
        assert found is not None
        found.getparent().remove(found)

    return change


DATA = "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
LONG_AGO = "2020-01-01T00:00:00Z"
FAR_AHEAD = "2090-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_text("saml:Conditions/saml:AudienceRestriction/saml:Audience", "urn:another"), "invalid_response: audience"),
        (_drop("saml:Conditions/saml:AudienceRestriction"), "invalid_response: no audience"),
        (_set(DATA, "Recipient", "https://evil.example/"), "invalid_response: recipient"),
        (_set(DATA, "InResponseTo", "_another"), "invalid_response: subject confirmed for another question"),
        (_set(DATA, "NotOnOrAfter", LONG_AGO), "expired"),
        (_drop(DATA), "invalid_response: 0 saml:SubjectConfirmationData"),
        (_set("saml:Conditions", "NotOnOrAfter", LONG_AGO), "expired"),
        (_set("saml:Conditions", "NotBefore", FAR_AHEAD), "invalid_response: not valid yet"),
        (_set("saml:Conditions", "NotBefore", "soon"), "invalid_response: a time"),
        (_drop("saml:Conditions"), "invalid_response: 0 saml:Conditions"),
        (_set("saml:AuthnStatement", "AuthnInstant", LONG_AGO), "invalid_response: time of authentication"),
        (_set("saml:AuthnStatement", "AuthnInstant", FAR_AHEAD), "invalid_response: time of authentication"),
        (_drop("saml:AuthnStatement"), "invalid_response: 0 saml:AuthnStatement"),
        (_text("saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef", "urn:high"),
         "invalid_response: level"),
        (_text("saml:Issuer", "urn:another"), "invalid_response: issuer"),
        (lambda one: one.set("IssueInstant", FAR_AHEAD), "invalid_response: time of the assertion"),
        (lambda one: one.set("Version", "1.1"), "invalid_response: version or id of the assertion"),
        (lambda one: one.find(name("saml:Conditions")).append(made("saml:Condition")),
         "invalid_response: a condition we do not know"),
    ],
)  # fmt: skip
def test_an_assertion_for_another_time_place_or_question_is_refused(asked, caplog, change, why):
    asked.answers(altered(asked, change))
    assert refused(asked, caplog=caplog) == why


def _find(assertion: etree._Element, attribute: str) -> etree._Element:
    found = assertion.find(
        f"{name('saml:AttributeStatement')}/{name('saml:Attribute')}[@Name='urn:etoegang:{attribute}']"
        f"/{name('saml:AttributeValue')}"
    )
    assert found is not None
    return found


def plain_identifier(attribute: str, kind: str, value: str) -> Callable[[etree._Element], None]:
    def change(assertion: etree._Element) -> None:
        holder = _find(assertion, attribute)
        holder[:] = [made("saml:NameID", text=value, given={"NameQualifier": f"urn:etoegang:1.9:{kind}"})]

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (plain_identifier("core:LegalSubjectID", "EntityConcernedID:KvKnr", ANNA.kvk),
         "identifier that is not encrypted"),
        (plain_identifier("core:ActingSubjectID", "EntityConcernedID:Pseudo", ANNA.acting_subject),
         "identifier that is not encrypted"),
        (lambda one: setattr(_find(one, "core:ServiceID"), "text", "urn:etoegang:DV:1:services:9"), "service"),
        (lambda one: one.find(name("saml:AttributeStatement")).remove(_find(one, "core:ServiceID").getparent()),
         "service"),
        (lambda one: one.find(name("saml:AttributeStatement")).remove(_find(one, "core:ActingSubjectID").getparent()),
         "acting subject"),
        (lambda one: one.find(name("saml:AttributeStatement")).remove(_find(one, "core:LegalSubjectID").getparent()),
         "no company"),
        (lambda one: one.find(name("saml:AttributeStatement")).append(
            copy.deepcopy(_find(one, "core:LegalSubjectID").getparent())), "the same attribute twice"),
        (lambda one: _find(one, "core:LegalSubjectID").getparent().append(
            copy.deepcopy(_find(one, "core:LegalSubjectID"))), "two identifiers of one kind"),
    ],
)  # fmt: skip
def test_attributes_that_are_missing_doubled_or_naked_are_refused(asked, caplog, change, why):
    asked.answers(altered(asked, change))
    assert refused(asked, caplog=caplog) == f"invalid_response: {why}"


@pytest.mark.parametrize("number", ["1234567", "123456789", "1234567a", ""])
def test_a_company_number_that_is_none_is_refused(asked, caplog, number):
    asked.answers(asked.response(asked.assertion(ANNA.__class__("a-1", "A", number, "B"))))
    assert refused(asked, caplog=caplog) == "invalid_response: company number"


@pytest.mark.parametrize("wrong", ["12345678901", "0000123456789", "leiden"])
def test_a_branch_that_is_none_is_refused_and_never_taken_for_no_restriction(asked, caplog, wrong):
    asked.answers(asked.response(asked.assertion(ANNA.__class__("a-1", "A", "12345678", "B", wrong))))
    assert refused(asked, caplog=caplog) == "invalid_response: branch"


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (lambda s: unsigned(s.response(s.assertion())), "response without signature"),
        (lambda s: s.response(unsigned(s.assertion())), "assertion without signature"),
        (lambda s: signed(unsigned(s.response(s.assertion())), key("stranger")), "signature"),
        (lambda s: s.response(signed(unsigned(s.assertion()), key("stranger"))), "signature"),
        (lambda s: sha1_signed(s.response(s.assertion())), "signature"),
        (lambda s: s.response(sha1_signed(s.assertion())), "signature"),
        (lambda s: inclusively_signed(s.response(s.assertion())), "canonicalisation"),
        (lambda s: s.response(inclusively_signed(s.assertion())), "canonicalisation"),
        (lambda s: with_two_signatures(s.response(s.assertion())), "2 ds:Signature"),
        (lambda s: s.response(with_two_signatures(s.assertion())), "2 ds:Signature"),
        (lambda s: s.response(s.assertion(), s.assertion()), "2 assertions"),
        (lambda s: s.response(), "0 assertions"),
        (lambda s: s.issuer.response(s.assertion(), request="_another", now=s.now), "answer to another question"),
        (lambda s: s.issuer.response(s.assertion(), request=s.request, now=s.now + 3600), "time of the response"),
        (lambda s: s.issuer.response(s.assertion(), request=s.request, now=s.now - 3600), "time of the response"),
        (lambda s: s.issuer.response(s.assertion(), request=s.request, now=s.now, first="VersionMismatch"), "status"),
    ],
    ids=["unsigned response", "unsigned assertion", "response by another key", "assertion by another key",
         "SHA-1 response", "SHA-1 assertion", "inclusive response", "inclusive assertion",
         "response signed twice", "assertion signed twice", "two assertions", "no assertion",
         "another question", "from tomorrow", "stale", "unknown status"],
)  # fmt: skip
def test_a_response_that_is_not_the_brokers_answer_is_refused(asked, caplog, response, why):
    asked.answers(response(asked))
    assert refused(asked, caplog=caplog) == f"invalid_response: {why}"


def test_an_answer_for_another_address_is_refused(asked, caplog):
    response = unsigned(asked.response(asked.assertion()))
    response.set("Destination", "https://evil.example/")
    asked.answers(signed(response, key("broker")))
    assert refused(asked, caplog=caplog) == "invalid_response: destination"


def test_another_brokers_answer_is_refused_also_under_the_right_key(asked, caplog):
    other = issuer(asked.client._connection, entity_id="urn:another")
    asked.answers(other.response(other.assertion(ANNA, EH3, request=asked.request, now=asked.now),
                                 request=asked.request, now=asked.now))  # fmt: skip
    assert refused(asked, caplog=caplog) == "invalid_response: issuer"


def test_a_value_that_was_changed_after_signing_is_refused(asked, caplog):
    assertion = asked.assertion(level=EH2)
    context = assertion.find(
        "/".join(map(name, ("saml:AuthnStatement", "saml:AuthnContext", "saml:AuthnContextClassRef")))
    )
    context.text = EH4.urn
    asked.answers(asked.response(assertion))
    assert refused(asked, caplog=caplog) == "invalid_response: signature"


def _with_comment(stage_: Stage) -> bytes:
    """A comment inside the level: exclusive C14N leaves it out, so that the signature stays good."""
    envelope = stage_.issuer.envelope(
        stage_.response(stage_.assertion()), resolve="RESOLVE", now=stage_.now, sign=False
    )
    return envelope.replace(b"assurance-class:loa3", b"assurance-class:loa<!-- -->3")


def test_a_comment_inside_a_value_is_refused_although_the_signature_is_good(asked, caplog):
    document = _with_comment(asked)
    asked.says = lambda resolve: document.replace(b"RESOLVE", resolve.encode())
    assert refused(asked, caplog=caplog) == "invalid_response: comment, entity or processing instruction"


def test_a_comment_inside_an_encrypted_identifier_is_refused(asked, caplog):
    identifier = made("saml:NameID", text=ANNA.kvk, given={"NameQualifier": "urn:etoegang:1.9:EntityConcernedID:KvKnr"})
    identifier.text = "1234"
    comment = etree.Comment("x")
    comment.tail = "5678"
    identifier.append(comment)

    def change(assertion: etree._Element) -> None:
        hidden = encrypted("saml:EncryptedID", identifier, asked.issuer.provider)
        _find(assertion, "core:LegalSubjectID")[:] = [hidden]

    asked.answers(altered(asked, change))
    assert refused(asked, caplog=caplog) == "invalid_response: encryption"


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DTDS = {
    "external entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "external DTD": '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    "parameter entity": '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:1/x"> %e;]>',
    "entity bomb": f'<!DOCTYPE x [<!ENTITY a0 "ha">{BOMB}]>',
    "empty DTD": "<!DOCTYPE x>",
}


@pytest.mark.parametrize("dtd", DTDS.values(), ids=DTDS)
def test_a_dtd_is_not_read_at_all(asked, caplog, dtd):
    good = asked.issuer.envelope(asked.response(asked.assertion()), resolve="RESOLVE", now=asked.now, sign=False)
    declaration, _, rest = good.partition(b"?>")
    document = declaration + b"?>" + dtd.encode() + rest
    if "<!ENTITY" in dtd and "%" not in dtd:
        used = b"&e;" if b"ENTITY e" in document else b"&a9;"
        document = document.replace(b"assurance-class:loa3", b"assurance-class:loa3" + used)
    asked.says = lambda resolve: document.replace(b"RESOLVE", resolve.encode())
    assert refused(asked, caplog=caplog) in ("invalid_response: DTD", "invalid_response: no XML")


def test_an_answer_without_end_is_cut_off(asked, caplog):
    asked.says = lambda resolve: b"<a>" + b" " * 3_000_000
    assert refused(asked, caplog=caplog) == "invalid_response: too large"


@pytest.mark.parametrize("wanted", [EH3, EH4])
def test_a_lower_level_than_asked_is_refused_with_both_levels(asked, wanted):
    asked.answers(asked.response(asked.assertion(level=EH2_PLUS)))
    with pytest.raises(SignInRefused) as problem:
        asked.complete(minimum=wanted)
    assert (problem.value.code, problem.value.params) == (
        "level_too_low", {"level": "eH2+", "minimum": wanted.label},
    )  # fmt: skip


def _artifact(type_: bytes = b"\x00\x04", index: int = 0, source: str = BROKER, length: int = 20) -> str:
    digest = hashlib.sha1(source.encode(), usedforsecurity=False).digest()
    return base64.b64encode(type_ + index.to_bytes(2) + digest + b"h" * length).decode()


@pytest.mark.parametrize(
    ("handed", "why"),
    [
        (_artifact(source="urn:another"), "artifact of another entity"),
        (_artifact(type_=b"\x00\x01"), "artifact type or length"),
        (_artifact(length=19), "artifact type or length"),
        (_artifact(length=21), "artifact type or length"),
        (_artifact(index=7), "artifact of an address we do not know"),
        ("no base64!", "artifact is no base64"),
        ("é", "artifact is no base64"),
        ("", "no artifact"),
    ],
)
def test_an_artifact_that_is_not_the_brokers_is_never_asked_about(asked, caplog, handed, why):
    before = asked.resolved
    assert refused(asked, asked.brings(SAMLart=handed), caplog=caplog) == f"invalid_response: {why}"
    assert asked.resolved == before


def test_an_artifact_counts_once_also_for_another_question(asked, caplog):
    asked.answers(asked.response(asked.assertion()))
    used = artifact(BROKER)
    asked.complete(asked.brings(SAMLart=used))
    asked.begin()
    asked.answers(asked.response(asked.assertion()))
    before = asked.resolved
    assert refused(asked, asked.brings(SAMLart=used), caplog=caplog) == "expired"
    assert asked.resolved == before


def test_an_assertion_counts_once_also_behind_another_artifact(asked, caplog):
    again = asked.response(asked.assertion())
    asked.answers(again)
    asked.complete()
    assert refused(asked, caplog=caplog) == "expired"


def test_a_response_by_way_of_the_browser_is_refused(asked, caplog):
    response = base64.b64encode(etree.tostring(asked.response(asked.assertion()))).decode()
    before = asked.resolved
    for answer in ({"SAMLResponse": response}, asked.brings(SAMLResponse=response)):
        answer = answer | {"RelayState": asked.keep["relay_state"]}
        assert refused(asked, answer, caplog=caplog) == "invalid_response: a response by way of the browser"
    assert asked.resolved == before


@pytest.mark.parametrize("relay", ["", "another"])
def test_an_answer_to_another_browsers_question_is_refused(asked, caplog, relay):
    before = asked.resolved
    assert refused(asked, asked.brings(RelayState=relay), caplog=caplog) == "invalid_response: relay state"
    assert asked.resolved == before


def test_an_answer_that_came_too_late_or_to_no_question_is_expired(asked, caplog):
    asked.answers(asked.response(asked.assertion()))
    asked.clock.ahead = 901
    assert refused(asked, caplog=caplog) == "expired"
    answer = asked.brings()
    asked.keep = {}
    assert refused(asked, answer, caplog=caplog) == "expired"


@pytest.mark.parametrize("answer", [b"", b"<a/>", b"<soap:Envelope/>", b"\xff\xfe", b"{}"])
def test_what_is_no_envelope_is_refused(asked, caplog, answer):
    asked.says = lambda resolve: answer
    assert refused(asked, caplog=caplog).startswith("invalid_response")


def test_an_envelope_for_another_resolve_is_refused(asked, caplog):
    response = asked.response(asked.assertion())
    asked.says = lambda resolve: asked.issuer.envelope(response, resolve="_another", now=asked.now)
    assert refused(asked, caplog=caplog) == "invalid_response: answer to another question"


def test_an_artifact_the_broker_does_not_know_is_expired(asked, caplog):
    asked.answers(None)
    assert refused(asked, caplog=caplog) == "expired"


def rsa_1_5(content: etree._Element, stage_: Stage) -> etree._Element:
    """An EncryptedID whose key travels by an algorithm that gives itself away."""
    hidden = encrypted("saml:EncryptedID", content, stage_.issuer.provider)
    method = hidden.find(f".//{name('xenc:EncryptedKey')}/{name('xenc:EncryptionMethod')}")
    method.set("Algorithm", f"{PREFIXES['xenc']}rsa-1_5")
    return hidden


def test_key_transport_that_is_out_of_date_is_refused(asked, caplog):
    identifier = made("saml:NameID", text=ANNA.kvk, given={"NameQualifier": "urn:etoegang:1.9:EntityConcernedID:KvKnr"})

    def change(assertion: etree._Element) -> None:
        _find(assertion, "core:LegalSubjectID")[:] = [rsa_1_5(identifier, asked)]

    asked.answers(altered(asked, change))
    assert refused(asked, caplog=caplog) == "invalid_response: encryption"


def test_a_whole_assertion_may_travel_encrypted_and_must_be_signed_inside(asked, caplog):
    inside = altered(
        asked, plain_identifier("core:LegalSubjectID", "EntityConcernedID:KvKnr", ANNA.kvk)
    ).find(name("saml:Assertion"))  # fmt: skip
    asked.answers(asked.response(encrypted("saml:EncryptedAssertion", inside, asked.issuer.provider)))
    assert asked.complete().kvk == ANNA.kvk
    asked.begin()
    naked = encrypted("saml:EncryptedAssertion", forged(asked), asked.issuer.provider)
    asked.answers(asked.response(naked))
    assert refused(asked, caplog=caplog) == "invalid_response: assertion without signature"


def test_clocks_may_differ_a_little_and_no_more(asked, caplog):
    def late(by: int) -> Callable[[etree._Element], None]:
        return _set("saml:Conditions", "NotOnOrAfter", written_time(asked.now - by))

    asked.answers(altered(asked, late(30)))
    assert asked.complete().kvk == ANNA.kvk
    asked.answers(altered(asked, late(90)))
    assert refused(asked, caplog=caplog) == "expired"


@pytest.mark.parametrize("order", [("portal", "portal-next"), ("portal-next", "portal")])
def test_during_a_rollover_the_broker_may_use_either_key(order, caplog):
    """The issuer encrypts for the last certificate that is published: the new one, and then the old one."""
    with stage(keys=tuple(map(key, order))) as begun:
        begun.begin()
        begun.answers(begun.response(begun.assertion()))
        assert begun.complete().kvk == ANNA.kvk
        begun.begin()
        begun.answers(begun.response(begun.assertion()))
        begun.client._connection = replace(begun.client._connection, keys=(key("stranger"),))
        assert refused(begun, caplog=caplog) == "invalid_response: encryption"
