package io.filcdn.indexer.projection;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakePieces;
import io.filcdn.indexer.store.DataSetState;
import io.filcdn.indexer.store.PlacementHistory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PieceAndProviderFoldTest {

  private static final AsOf AS_OF = new AsOf(new BlockNumber(50), 831);
  private static final DataSetId DATA_SET = DataSetId.of("fwss/12");
  private static final PieceId PIECE = new PieceId(7);
  private static final Entity.Piece ENTITY = new Entity.Piece(DATA_SET, PIECE);
  private static final PieceCid CID = FakePieces.numbered(1);
  private static final Address PAYER = Contracts.numbered(5);
  private static final Optional<DataSetState> CREATED =
      Optional.of(new DataSetState(PAYER, false, false));
  private static final ChainEvent ADDED =
      new ChainEvent.PieceAdded(DATA_SET, PIECE, CID, Map.of("key", "value"));
  private static final ProviderId PROVIDER = ProviderId.fwss(3);

  @Test
  void anAddedPieceIsPlacedForItsDataSetsPayer() {
    assertThat(placed(new History().block(5, ADDED), CREATED))
        .contains(
            new PlacementRecord(
                CID,
                PAYER,
                DATA_SET,
                PIECE,
                Map.of("key", "value"),
                Optional.of(new Epoch(5)),
                AS_OF));
  }

  @Test
  void aPieceIsNowhereOnceRemovedOrWithoutALivingDataSet() {
    ChainEvent removed = new ChainEvent.PiecesRemoved(DATA_SET, List.of(new PieceId(3), PIECE));
    History added = new History().block(5, ADDED);

    assertThat(placed(added, Optional.empty())).isEmpty();
    assertThat(placed(added, Optional.of(new DataSetState(PAYER, true, false)))).isEmpty();
    assertThat(placed(added.block(6, removed), CREATED)).isEmpty();
    assertThat(placed(new History().block(6, removed), CREATED)).isEmpty();
  }

  @Test
  void theKeysThatAPieceHadAreKnownOnceItIsElsewhereOrGone() {
    PieceCid other = FakePieces.numbered(2);
    History history = new History().block(5, ADDED);
    assertThat(folded(history, CREATED).former()).isEmpty();

    history.block(6, new ChainEvent.PiecesRemoved(DATA_SET, List.of(PIECE)));
    PlacementKey first = new PlacementKey(CID, PAYER, DATA_SET, PIECE);
    assertThat(folded(history, CREATED).former()).containsExactly(first);
    assertThat(folded(history, Optional.empty()).former()).isEmpty();

    history.block(7, new ChainEvent.PieceAdded(DATA_SET, PIECE, other, Map.of()));
    assertThat(folded(history, CREATED).former()).containsExactly(first);
    assertThat(folded(history, Optional.of(new DataSetState(PAYER, true, false))).former())
        .hasSize(2);
  }

  private static PlacementHistory folded(History history, Optional<DataSetState> dataSet) {
    return PieceFold.fold(ENTITY, history.events(), dataSet, AS_OF);
  }

  private static Optional<PlacementRecord> placed(History history, Optional<DataSetState> dataSet) {
    return folded(history, dataSet).current();
  }

  @Test
  void theNewestEventOfAProviderTells() {
    History history = new History().block(5, added("https://a.example"));
    assertThat(provider(history)).contains(record("https://a.example", false));

    history.block(6, updated("https://b.example"));
    assertThat(provider(history)).contains(record("https://b.example", false));

    history.block(7, new ChainEvent.ProductRemoved(PROVIDER, 0));
    assertThat(provider(history)).contains(record("https://b.example", true));

    history.block(8, added("https://c.example"));
    assertThat(provider(history)).contains(record("https://c.example", false));

    history.block(9, new ChainEvent.ProviderRemoved(PROVIDER));
    assertThat(provider(history)).contains(record("https://c.example", true));
  }

  @Test
  void aProviderThatNeverServedPiecesIsNone() {
    assertThat(provider(new History().block(9, new ChainEvent.ProviderRemoved(PROVIDER))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "https://a.example/\0", "https://a.example/\n"})
  void whatIsNoTextIsNoUrl(String url) {
    assertThat(provider(new History().block(5, added(url))))
        .contains(new ProviderRecord(PROVIDER, Optional.empty(), false, AS_OF));
    assertThat(provider(new History().block(5, added("https://" + "a".repeat(2048)))))
        .contains(new ProviderRecord(PROVIDER, Optional.empty(), false, AS_OF));
  }

  private static Optional<ProviderRecord> provider(History history) {
    ProviderFold fold = new ProviderFold(PROVIDER);
    history.events().forEach(fold::take);
    return fold.record(AS_OF);
  }

  private static ProviderRecord record(String url, boolean removed) {
    return new ProviderRecord(PROVIDER, Optional.of(url), removed, AS_OF);
  }

  private static ChainEvent added(String url) {
    return new ChainEvent.ProductAdded(PROVIDER, 0, Optional.of(url));
  }

  private static ChainEvent updated(String url) {
    return new ChainEvent.ProductUpdated(PROVIDER, 0, Optional.of(url));
  }
}
