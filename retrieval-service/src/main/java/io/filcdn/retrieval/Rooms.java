package io.filcdn.retrieval;

import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.SlowClientMonitor;
import io.filcdn.retrieval.request.RequestReader;
import io.filcdn.retrieval.response.Reservations;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.MissWatch;

/** The rooms that a request passes through, in the order in which it meets them. */
record Rooms(
    RequestReader reader,
    Admission admission,
    Reservations reservations,
    PieceCache cache,
    EgressMeter meter,
    MissWatch misses,
    Answers answers,
    SlowClientMonitor.Pace pace) {}
