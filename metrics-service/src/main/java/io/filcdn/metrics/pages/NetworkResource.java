package io.filcdn.metrics.pages;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.metrics.quota.QuotaTerms;
import io.filcdn.service.start.UnusableSettingException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The network that the service is about, over HTTP. */
@Path("/api/v1/network")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Network", description = "Which chain, and where pieces are fetched")
public class NetworkResource {

  private final NetworkView view;

  public NetworkResource(NetworkView view) {
    this.view = view;
  }

  /**
   * A network, as clients need it to turn epochs into times, bytes into prices, and PieceCIDs into
   * URLs.
   *
   * @param genesis when epoch 0 began
   * @param warmStorage the Filecoin Warm Storage contract, which takes top-ups
   * @param rates the prices of bytes
   * @param pieceUrl the URL of a piece with {@code {payer}} and {@code {pieceCid}} in it
   */
  public record NetworkView(
      String name,
      long chainId,
      Instant genesis,
      long epochSeconds,
      Address warmStorage,
      Rates rates,
      Optional<String> pieceUrl) {

    private static final Pattern PIECE_URL =
        Pattern.compile("https?://[\\x21-\\x7e&&[^<>\"'`]]{1,300}");

    /**
     * A network with the URL of its pieces.
     *
     * @param terms what bytes cost
     * @param pieceUrl as it is configured
     * @throws UnusableSettingException where it is no such URL
     */
    public static NetworkView of(Network network, QuotaTerms terms, Optional<String> pieceUrl) {
      pieceUrl
          .filter(
              url ->
                  !PIECE_URL.matcher(url).matches()
                      || !url.contains("{payer}")
                      || !url.contains("{pieceCid}"))
          .ifPresent(
              url -> {
                throw new UnusableSettingException(
                    "expected filcdn.metrics.pages.piece-url as an http URL with {payer} and {pieceCid} in it, found \"%s\""
                        .formatted(url));
              });
      return new NetworkView(
          network.name(),
          network.chainId(),
          network.genesis(),
          network.epochDuration().toSeconds(),
          network.contracts().fwss(),
          new Rates(terms.cdnRatePerTib(), terms.cacheMissRatePerTib()),
          pieceUrl);
    }
  }

  /** The prices of 2⁴⁰ bytes, in the token's smallest unit. */
  public record Rates(TokenAmount cdnPerTib, TokenAmount cacheMissPerTib) {}

  @GET
  @Operation(
      summary =
          "The chain, its clock, what bytes cost, and the URL of pieces where the operator told it")
  @APIResponse(responseCode = "200", description = "An epoch's time is genesis + epoch × seconds")
  public NetworkView network() {
    return view;
  }
}
