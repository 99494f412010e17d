/**
 * Sources of the bytes: verified pieces on disk, and fetches under way.
 *
 * <pre>
 *   PieceCache.open --+-- all is here ----------------------> CachedFile     (DiskPieceCache)
 *                     |
 *                     +-- the groups asked for are here ----> SparseFile
 *                     |
 *                     +-- its tree is known ----------------> GroupFill  --+
 *                     |                                                    |
 *                     +-- the disk does not take it --------> PassThrough -+-- OriginSupply
 *                     |                                                    |
 *                     +-- else -----------------------------> Fill --------+
 * </pre>
 *
 * <p>What is verified by groups may leave as its group is; what is verified whole may leave before
 * its verdict, within a budget, but for its last block.
 */
@NullMarked
package io.filcdn.retrieval.cache;

import org.jspecify.annotations.NullMarked;
