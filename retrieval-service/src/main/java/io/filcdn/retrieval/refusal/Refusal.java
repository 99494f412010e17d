package io.filcdn.retrieval.refusal;

/**
 * The reason that a request gets no piece. The code is part of the public interface: it is the
 * header {@code X-Error-Code}, the metric's label and the log's field.
 */
public enum Refusal {
  REQUEST_UNREADABLE(400, "request-unreadable", "This is no HTTP request."),
  REQUEST_LINE_TOO_LONG(414, "request-line-too-long", "The request's first line is too long."),
  HEADERS_TOO_LARGE(431, "headers-too-large", "The request's headers are too large."),
  METHOD_NOT_ALLOWED(405, "method-not-allowed", "Pieces are fetched with GET or HEAD."),
  TREE_METHOD_NOT_ALLOWED(
      405, "tree-method-not-allowed", "Trees are fetched with GET or HEAD, and sent with PUT."),
  HOST_UNKNOWN(
      400,
      "host-unknown",
      "The host must be {payer}{root}, or the path /{payer}/{pieceCid} on a host that payers share,"
          + " with the payer's address as 0x and 40 hex digits."),
  PATH_UNKNOWN(
      404,
      "path-unknown",
      "The path must be /{pieceCid}, a PieceCID v1 (baga…) or v2 (bafkzcib…)."),
  PROOF_MALFORMED(
      400,
      "proof-malformed",
      "A proof is asked for as /{pieceCid}/proof?first={byte}&last={byte}, with &group={n} for"
          + " groups of 2^n padded bytes."),
  TOKEN_UNKNOWN(401, "token-unknown", "The Authorization header holds no token known here."),
  KEY_MALFORMED(
      401, "key-malformed", "This is no key: it was cut off, or has a typo. Copy all of it."),
  KEY_OTHER_NETWORK(
      401, "key-other-network", "The key is for another network than this edge serves."),
  KEY_UNKNOWN(
      401,
      "key-unknown",
      "No key has this id and this secret: it was forgotten, or a rotation has ended the secret."),
  KEY_EXPIRED(401, "key-expired", "The key has expired; its payer can make another."),
  KEY_REVOKED(401, "key-revoked", "The key was taken back."),
  KEY_NOT_UNDERSTOOD(
      403,
      "key-not-understood",
      "The key has a scope or a limit that this edge does not know, and is refused rather than used"
          + " without it."),
  KEY_SCOPE(403, "key-scope", "The key is not for fetching pieces: it has no scope download."),
  KEY_PAYER(403, "key-payer", "The key is not for pieces of this payer."),
  KEY_DATA_SET(403, "key-data-set", "The key is not for a data set that has this piece."),
  KEY_ORIGIN(
      403,
      "key-origin",
      "The key is for pages of some origins, and this request has none of them."),
  KEY_NETWORK(
      403, "key-network", "The key is for clients of some networks, and you are in none of them."),
  CREDENTIALS_SEVERAL(
      400,
      "credentials-several",
      "The request shows more than one key or signed token; send the one that is meant."),
  KEY_NEEDED(
      401,
      "key-needed",
      "The payer lets those fetch who have one of his keys: send it as Authorization: Bearer."),
  SIGNED_URL_NEEDED(
      401,
      "signed-url-needed",
      "The payer lets those fetch who have a signed URL: ask whoever gave you this one."),
  SIGNED_TOKEN_MALFORMED(
      401, "signed-token-malformed", "The URL's token is none that this edge understands."),
  SIGNED_TOKEN_SIGNER(
      401,
      "signed-token-signer",
      "The token's key (kid) is not the delegate's of the payer's policy, who may have taken it"
          + " back."),
  SIGNED_TOKEN_SIGNATURE(401, "signed-token-signature", "The token's signature is wrong."),
  SIGNED_TOKEN_EXPIRED(401, "signed-token-expired", "The URL's time is over; ask for another."),
  SIGNED_TOKEN_EARLY(401, "signed-token-early", "The URL's time (nbf) has not come yet."),
  SIGNED_TOKEN_PAYER(401, "signed-token-payer", "The token is for another payer (iss)."),
  SIGNED_TOKEN_PIECE(
      403, "signed-token-piece", "The token is for another piece or address (cdniuc)."),
  SIGNED_TOKEN_NETWORK(
      403, "signed-token-network", "The token is for clients of another network (cdniip)."),
  SIGNED_TOKEN_CAP(
      403,
      "signed-token-cap",
      "A token that limits bytes (fcdn_max) ends within 31 days; this one goes on for longer."),
  SIGNED_TOKEN_USED_UP(
      403,
      "signed-token-used-up",
      "The URL has been used for all the bytes that it is good for; ask for another."),
  POLICY_NOT_UNDERSTOOD(
      403,
      "policy-not-understood",
      "The payer's policy says something that this edge does not know, and closes the data set"
          + " until the edge is renewed."),
  POLICY_NOT_IN_FORCE(
      403, "policy-not-in-force", "The payer's policy has ended, or has not begun yet."),
  POLICY_PIECE(403, "policy-piece", "The payer's policy is for other pieces."),
  POLICY_ORIGIN(
      403,
      "policy-origin",
      "The payer lets pages of some origins fetch, and this request has none of them."),
  POLICY_NETWORK(
      403,
      "policy-network",
      "The payer lets clients of some networks fetch, and you are in none of them."),
  POLICY_BYTES_EXHAUSTED(
      429,
      "policy-bytes-exhausted",
      "The payer's policy lets no more bytes of this data set be fetched today (UTC)."),
  POLICY_BYTES_OF_KEY_EXHAUSTED(
      429,
      "policy-bytes-of-key-exhausted",
      "The payer's policy lets no more bytes be fetched with this key or URL today (UTC)."),
  POLICY_BYTES_OF_CLIENT_EXHAUSTED(
      429,
      "policy-bytes-of-client-exhausted",
      "The payer's policy lets you, and others of your network, fetch no more bytes today (UTC)."),
  POLICY_BYTES_USED_UP(
      403,
      "policy-bytes-used-up",
      "The payer's policy lets no more bytes of this data set be fetched; he can sign another."),
  GATED_PROOF_NEEDED(
      401,
      "gated-proof-needed",
      "The piece is gated (withRetrievalACL): show a proof as Authorization: CurioRetrieval, or"
          + " ?auth=."),
  GATED_PROOF_WRONG(403, "gated-proof-wrong", "The proof or voucher does not open this piece."),
  POLICIES_UNAVAILABLE(
      503,
      "policies-unavailable",
      "This edge does not know yet who may fetch; try again in a moment."),
  KEYS_UNAVAILABLE(
      503, "keys-unavailable", "This edge cannot look keys up now; try again in a moment."),
  TOO_MANY_REQUESTS_OF_KEY(
      429, "too-many-requests-of-key", "The key was used too often within a second."),
  KEY_BYTES_EXHAUSTED(
      429, "key-bytes-exhausted", "The key may fetch no more bytes this day or month (UTC)."),
  KEY_BYTES_USED_UP(403, "key-bytes-used-up", "The key has fetched all the bytes that it may."),
  PIECE_UNKNOWN(404, "piece-unknown", "No data set holds this piece."),
  TREE_UNKNOWN(
      404,
      "tree-unknown",
      "This edge does not know the tree of this piece: nobody has fetched the whole piece yet, or"
          + " sent its tree."),
  TREE_WRONG(
      400,
      "tree-wrong",
      "These are not the hashes of this piece's groups; docs/proofs.md says how a tree is made."),
  TREE_TOO_LARGE(
      413,
      "tree-too-large",
      "The tree of this piece has fewer bytes: send the hashes of its groups alone, 32 bytes"
          + " each."),
  MEDIA_TYPE_UNSUPPORTED(
      415, "media-type-unsupported", "A tree is sent as application/octet-stream, not encoded."),
  BODY_TOO_SLOW(408, "body-too-slow", "The request's body did not come in time; send it again."),
  SIZE_UNKNOWN(
      404,
      "size-unknown",
      "Only the root of this piece is known, not its size; ask for its PieceCID v2 (bafkzcib…)."),
  NO_DEAL(402, "no-deal", "This payer has no data set that holds this piece."),
  CDN_OFF(402, "cdn-off", "This payer's data sets that hold this piece are not served by the CDN."),
  RAIL_ENDED(
      402,
      "rail-ended",
      "A payment rail of this payer's data set, for the CDN or for storage, has ended or soon"
          + " does."),
  REPORT_BLOCKED(
      402,
      "report-blocked",
      "What is served of this payer's data set cannot be reported on chain: a report says it ends"
          + " in the future."),
  DATA_SET_PROVISIONAL(
      503,
      "data-set-provisional",
      "This payer's data set is so new that the chain can still take it back; try again in a"
          + " moment."),
  PROVIDER_UNKNOWN(404, "provider-unknown", "No live provider of this payer holds this piece."),
  SERVICE_WORKER(
      403,
      "service-worker",
      "A piece may not become a service worker: it would answer for the payer's other pieces."),
  PAYER_SANCTIONED(403, "payer-sanctioned", "This payer may not be served."),
  GROUPS_NOT_CACHED(
      404,
      "groups-not-cached",
      "Groups so small are proved from bytes that this edge does not have; fetch them, or ask for"
          + " larger groups."),
  DENIED(451, "denied", "This piece is on a list of content that is not served."),
  TOO_LARGE(404, "too-large", "This piece is larger than this edge serves."),
  RANGE_UNSATISFIABLE(416, "range-unsatisfiable", "The range lies behind the end of the piece."),
  PRECONDITION_FAILED(412, "precondition-failed", "If-Match or If-Unmodified-Since does not hold."),
  CDN_QUOTA_EXHAUSTED(
      402,
      "cdn-quota-exhausted",
      "The payer's data set has not paid for so many bytes; top up its CDN rail."),
  CACHE_MISS_QUOTA_EXHAUSTED(
      402,
      "cache-miss-quota-exhausted",
      "The payer's data set has not paid for fetching this piece; top up its cache-miss rail."),
  CACHE_MISS_RAIL_ENDED(
      402,
      "cache-miss-rail-ended",
      "This piece is not cached, and the rail that would pay for fetching it has ended."),
  QUOTA_RESERVED(
      503,
      "quota-reserved",
      "The quota that is left is reserved for responses under way; try again in a moment."),
  LEASE_DESK_UNREACHABLE(
      503,
      "lease-desk-unreachable",
      "This edge has too little quota at hand and cannot ask for more now; try again in a moment."),
  TOO_MANY_REQUESTS(429, "too-many-requests", "This edge has too many requests under way."),
  TOO_MANY_REQUESTS_OF_CLIENT(
      429,
      "too-many-requests-of-client",
      "You, or others of your network, have too many requests under way."),
  TOO_MANY_BYTES_OF_CLIENT(
      429,
      "too-many-bytes-of-client",
      "You, or others of your network, have too many bytes under way; finish some first."),
  TOO_MANY_FILLS_OF_CLIENT(
      429,
      "too-many-fills-of-client",
      "You, or others of your network, have made this edge fetch too much within the hour."),
  TOO_MANY_FILLS_OF_DATA_SET(
      429,
      "too-many-fills-of-data-set",
      "This data set has made this edge fetch too much within the hour."),
  TOO_MANY_TREES_OF_CLIENT(
      429,
      "too-many-trees-of-client",
      "You, or others of your network, have sent or got too many trees within the hour; go on"
          + " later."),
  UNVERIFIED_BUDGET_EXHAUSTED(
      503,
      "unverified-budget-exhausted",
      "Too much of this data set's bytes was sent and not verified; this piece is too large to be"
          + " verified first. Try again later, or a smaller range."),
  CANNOT_RECORD(
      503, "cannot-record", "The edge cannot record what it serves; try again in a moment."),
  CACHE_UNAVAILABLE(
      503, "cache-unavailable", "The edge cannot store what it fetches; try again in a moment."),
  DRAINING(503, "draining", "This edge is about to stop; try again, and another will answer."),
  PIECE_GONE(404, "piece-gone", "None of the providers has this piece."),
  ORIGIN_BUSY(502, "origin-busy", "No provider of this piece can be asked now."),
  ORIGIN_FAILED(502, "origin-failed", "No provider delivered this piece."),
  ORIGIN_TIMEOUT(504, "origin-timeout", "No provider answered in time.");

  private final int status;
  private final String code;
  private final String sentence;

  Refusal(int status, String code, String sentence) {
    this.status = status;
    this.code = code;
    this.sentence = sentence;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The stable machine code. */
  public String code() {
    return code;
  }

  /** The sentence that says what happened, for a person. */
  public String sentence() {
    return sentence;
  }
}
