"""The third witness: tests recorded HTTP exchanges against the contract files and nothing else.

A recorded path is the raw, percent-encoded one; it may begin with the base path of a documented server.
Problems name a place and a rule, never a body, a header value or a credential.
"""

from tests.witness.content import ResponseVerdict
from tests.witness.contract import CONTRACTS, Contract
from tests.witness.document import Document
from tests.witness.exchange import Exchange, check_exchange
from tests.witness.operations import ContractOperation, Parameter
from tests.witness.values import FORM, Json, items_of, mapping_of

__all__ = [
    "CONTRACTS",
    "FORM",
    "Contract",
    "ContractOperation",
    "Document",
    "Exchange",
    "Json",
    "Parameter",
    "ResponseVerdict",
    "check_exchange",
    "items_of",
    "mapping_of",
]
