package io.filcdn.indexer.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceName;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * What the index says of one thing: the record of the index topic, as it was published. Ids are a
 * bare number, which means the network's generation, or {@code fwss/12}.
 */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class IndexResource {

  /** No answer lists more. */
  private static final int LISTED_AT_MOST = 1000;

  private final Network network;

  IndexResource(Network network) {
    this.network = network;
  }

  /** Where a piece is; a v1 PieceCID may stand for several pieces that share its root. */
  public record Placements(List<PlacementRecord> placements) {}

  /** A payer and the data sets it pays for, at most 1,000 of them. */
  public record PayerWithDataSets(PayerRecord payer, List<DataSetId> dataSets) {}

  @GET
  @Path("/data-sets/{id:.+}")
  @Operation(summary = "A data set, by fwss/12 or 12")
  public DataSetRecord dataSet(String id) {
    DataSetId dataSet = parsed(id, text -> DataSetId.of(text, network.generation()));
    return DataSetRow.find(dataSet).orElseThrow(() -> unknown("data set", dataSet));
  }

  @GET
  @Path("/pieces/{cid}")
  @Operation(summary = "Where a piece is, by its v1 or v2 PieceCID; at most 1,000 places")
  public Placements piece(String cid) {
    PieceName piece = parsed(cid, PieceName::parse);
    List<PlacementRecord> placements = PieceRow.find(piece, LISTED_AT_MOST);
    if (placements.isEmpty()) {
      throw unknown("piece", piece);
    }
    return new Placements(placements);
  }

  @GET
  @Path("/providers/{id:.+}")
  @Operation(summary = "A provider, by fwss/3 or 3")
  public ProviderRecord provider(String id) {
    ProviderId provider =
        parsed(
            id,
            text ->
                text.indexOf('/') >= 0
                    ? ProviderId.of(text)
                    : new ProviderId(network.generation(), text));
    return ProviderRow.find(provider).orElseThrow(() -> unknown("provider", provider));
  }

  @GET
  @Path("/payers/{address}")
  @Operation(summary = "A payer and its data sets, at most 1,000 of them")
  public PayerWithDataSets payer(String address) {
    Address payer = parsed(address, Address::of);
    return new PayerWithDataSets(
        PayerRow.find(payer).orElseThrow(() -> unknown("payer", payer)),
        DataSetRow.ofPayer(payer, LISTED_AT_MOST));
  }

  private static <T> T parsed(String text, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(e.getMessage(), e);
    }
  }

  private static NotFoundException unknown(String what, Object id) {
    return new NotFoundException("the index knows no %s %s".formatted(what, id));
  }
}
