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
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.EventPosition;
import io.filcdn.service.paging.Page;
import io.filcdn.service.problem.HttpProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The read API, which tells what the index says of one thing: the record of the index topic, as it
 * was published. Ids are a bare number, which means the network's generation, or {@code fwss/12}.
 */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class IndexResource {

  private static final int LARGEST_PAGE = 1000;

  private final Network network;

  IndexResource(Network network) {
    this.network = network;
  }

  /**
   * A page of the places of a piece, or of the pieces of a data set; a v1 PieceCID may stand for
   * several pieces that share its root.
   *
   * @param next what to pass as {@code after} for more; absent at the end
   */
  public record Placements(List<PlacementRecord> placements, Optional<String> next) {
    static Placements of(List<PlacementRecord> placements, Page<Entity.Piece> page) {
      return new Placements(
          placements, page.next(placements, last -> last.dataSet() + "/" + last.pieceId()));
    }
  }

  /**
   * A payer and a page of the data sets it pays for.
   *
   * @param next what to pass as {@code after} for more; absent at the end
   */
  public record PayerWithDataSets(
      PayerRecord payer, List<DataSetId> dataSets, Optional<String> next) {}

  /**
   * A page of the logs that are kept aside.
   *
   * @param next what to pass as {@code after} for more; absent at the end
   */
  public record UndecodableLogs(
      List<UndecodableLogRow.UndecodableLogView> logs, Optional<String> next) {}

  @GET
  @Path("/data-sets/{id:.+}")
  @Operation(summary = "A data set, by fwss/12 or 12")
  public DataSetRecord dataSet(String id) {
    DataSetId dataSet = dataSetId(id);
    return DataSetRow.find(dataSet).orElseThrow(() -> unknown("data-set", dataSet));
  }

  @GET
  @Path("/data-sets/{id:.+}/pieces")
  @Operation(summary = "The pieces in a data set, a page at a time")
  public Placements piecesOf(
      String id,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    DataSetId dataSet = dataSetId(id);
    Page<Entity.Piece> page = page(after, limit);
    return Placements.of(PieceRow.in(dataSet, page.after(), page.limit()), page);
  }

  @GET
  @Path("/pieces/{cid}")
  @Operation(summary = "Where a piece is, by its v1 or v2 PieceCID, a page at a time")
  public Placements piece(
      String cid,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    PieceName piece = HttpProblem.parsed("piece", () -> PieceName.parse(cid));
    Page<Entity.Piece> page = page(after, limit);
    List<PlacementRecord> placements = PieceRow.find(piece, page.after(), page.limit());
    if (placements.isEmpty() && after == null) {
      throw unknown("piece", piece);
    }
    return Placements.of(placements, page);
  }

  @GET
  @Path("/providers/{id:.+}")
  @Operation(summary = "A provider, by fwss/3 or 3")
  public ProviderRecord provider(String id) {
    ProviderId provider =
        HttpProblem.parsed(
            "provider",
            () ->
                id.indexOf('/') >= 0
                    ? ProviderId.of(id)
                    : new ProviderId(network.generation(), id));
    return ProviderRow.find(provider).orElseThrow(() -> unknown("provider", provider));
  }

  @GET
  @Path("/payers/{address}")
  @Operation(summary = "A payer and its data sets, a page of them at a time")
  public PayerWithDataSets payer(
      String address,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    Address payer = HttpProblem.parsed("payer", () -> Address.of(address));
    PayerRecord record = PayerRow.find(payer).orElseThrow(() -> unknown("payer", payer));
    Page<DataSetId> page = Page.of(after, limit, LARGEST_PAGE, DataSetId::of);
    List<DataSetId> dataSets = DataSetRow.ofPayer(payer, page.after(), page.limit());
    return new PayerWithDataSets(record, dataSets, page.next(dataSets, DataSetId::toString));
  }

  @GET
  @Path("/undecodable-logs")
  @Operation(summary = "The logs that are kept aside, and why, a page at a time")
  public UndecodableLogs undecodableLogs(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    Page<EventPosition> page = Page.of(after, limit, LARGEST_PAGE, UndecodableLogRow::place);
    List<UndecodableLogRow.UndecodableLogView> logs =
        UndecodableLogRow.page(page.after(), page.limit());
    return new UndecodableLogs(logs, page.next(logs, UndecodableLogRow.UndecodableLogView::place));
  }

  private static Page<Entity.Piece> page(@Nullable String after, @Nullable String limit) {
    return Page.of(after, limit, LARGEST_PAGE, place -> (Entity.Piece) Entity.of("piece:" + place));
  }

  private DataSetId dataSetId(String text) {
    return HttpProblem.parsed("data-set", () -> DataSetId.of(text, network.generation()));
  }

  private static WebApplicationException unknown(String what, Object id) {
    return HttpProblem.unknown(
        what, "the index knows no %s %s".formatted(what.replace('-', ' '), id));
  }
}
