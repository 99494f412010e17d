package io.filcdn.retrieval.access;

import io.filcdn.common.chain.Address;
import io.filcdn.retrieval.admission.Admission.Decision.Admitted;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A request that was admitted, as far as it matters to who may fetch.
 *
 * @param credential what it shows
 * @param client that asks
 * @param origin of the page that asks, as the browser says
 * @param payer whose piece is asked for
 * @param admitted the piece
 */
public record AccessRequest(
    Credential credential,
    InetAddress client,
    Optional<String> origin,
    Address payer,
    Admitted admitted) {

  /** The same of what fewer data sets can pay for. */
  AccessRequest of(Admitted fewer) {
    return new AccessRequest(credential, client, origin, payer, fewer);
  }
}
