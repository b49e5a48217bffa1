# SPDX-License-Identifier: Apache-2.0
"""Client of Proffer: recommendations, promotions, features and chat."""

from proffer import errors, events, methods
from proffer._aio import AsyncClient
from proffer._client import Client
from proffer._requests import Cart, feature_row
from proffer.errors import FieldViolation, ProfferError
from proffer.matrix import Block, FeatureMatrix
from proffer.promotion.v1.promotion_service_pb2 import Person
from proffer.ranker.v1.recommender_service_pb2 import ItemFilter

__all__ = [
    "AsyncClient",
    "Block",
    "Cart",
    "Client",
    "FeatureMatrix",
    "FieldViolation",
    "ItemFilter",
    "Person",
    "ProfferError",
    "errors",
    "events",
    "feature_row",
    "methods",
]
