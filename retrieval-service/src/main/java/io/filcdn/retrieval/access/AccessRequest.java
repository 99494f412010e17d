package io.filcdn.retrieval.access;

import io.filcdn.common.chain.Address;
import io.filcdn.retrieval.admission.Admission.Decision.Admitted;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request that was admitted, as far as it matters to who may fetch.
 *
 * @param credential what it shows
 * @param address that is asked for, without its scheme, which a proxy in front can hide, and
 *     without its tokens: authority, path and query. Few signed tokens are for one address alone
 * @param client that asks
 * @param origin of the page that asks, as the browser says
 * @param payer whose piece is asked for
 * @param admitted the piece
 */
public record AccessRequest(
    Credential credential,
    Supplier<String> address,
    InetAddress client,
    Optional<String> origin,
    Address payer,
    Admitted admitted) {

  /** The same of what fewer data sets can pay for. */
  AccessRequest of(Admitted fewer) {
    return new AccessRequest(credential, address, client, origin, payer, fewer);
  }
}
