package io.filcdn.retrieval.cache;

import io.filcdn.common.proof.PieceTree;

/** The piece whose groups are fetched: where they go, and by what they are checked. */
record GroupTarget(FillDependencies tools, DiskPieceCache disk, SparseFile file, PieceTree tree) {}
