package io.filcdn.indexer.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.filcdn.chain.rpc.Endpoint;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.EventPosition;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.chain.UndecodableLog;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeLog;
import io.filcdn.indexer.fake.FakePieces;
import io.filcdn.indexer.rpc.ChainNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventDecoderTest {

  private static final Network NETWORK = Contracts.network(URI.create("http://127.0.0.1:1"));
  private static final DataSetId DATA_SET = DataSetId.of("fwss/12");
  private static final Address PAYER = Contracts.numbered(5);
  private static final PieceCid PIECE = FakePieces.numbered(1);

  /** Never asked: logs of this generation tell all. */
  private static final ChainNode NODE =
      new ChainNode(
          new Endpoint(NETWORK.rpcUrls().getFirst(), new OkHttpClient()),
          new SimpleMeterRegistry());

  private final EventDecoder decoder = EventDecoder.of(NETWORK);

  /** A log as the contract at an address writes it, and what it means. */
  record Example(FakeLog log, ChainEvent event) {
    @Override
    public String toString() {
      return event.getClass().getSimpleName();
    }
  }

  /** The topics in these logs are the literal ones of chain-facts.md. */
  static Stream<Example> examples() {
    return Stream.of(
        new Example(
            Contracts.dataSetCreated(12, 3, PAYER),
            new ChainEvent.DataSetCreated(
                DATA_SET,
                ProviderId.fwss(3),
                Optional.of(new RailId(121)),
                Optional.of(new RailId(122)),
                Optional.of(new RailId(123)),
                PAYER,
                Contracts.payee(3),
                Map.of("withCDN", ""))),
        new Example(
            Contracts.dataSetCreated(12, 3, PAYER, Map.of()),
            new ChainEvent.DataSetCreated(
                DATA_SET,
                ProviderId.fwss(3),
                Optional.of(new RailId(121)),
                Optional.empty(),
                Optional.empty(),
                PAYER,
                Contracts.payee(3),
                Map.of())),
        new Example(
            Contracts.pieceAdded(12, 7, PIECE, Map.of("x402Price", "1")),
            new ChainEvent.PieceAdded(DATA_SET, new PieceId(7), PIECE, Map.of("x402Price", "1"))),
        new Example(Contracts.serviceTerminated(12), new ChainEvent.ServiceTerminated(DATA_SET)),
        new Example(
            Contracts.pdpPaymentTerminated(12, 99),
            new ChainEvent.PDPPaymentTerminated(DATA_SET, new Epoch(99), new RailId(121))),
        new Example(
            Contracts.toppedUp(12, 70, 30),
            new ChainEvent.CDNPaymentRailsToppedUp(
                DATA_SET, TokenAmount.of(70), TokenAmount.of(30))),
        new Example(
            Contracts.cdnServiceTerminated(12), new ChainEvent.CDNServiceTerminated(DATA_SET)),
        new Example(Contracts.dataSetAbandoned(12), new ChainEvent.DataSetAbandoned(DATA_SET)),
        new Example(
            Contracts.piecesRemoved(12, 7, 9),
            new ChainEvent.PiecesRemoved(DATA_SET, List.of(new PieceId(7), new PieceId(9)))),
        new Example(Contracts.dataSetDeleted(12), new ChainEvent.DataSetDeleted(DATA_SET)),
        new Example(
            Contracts.productAdded(3, "https://a.example"),
            new ChainEvent.ProductAdded(ProviderId.fwss(3), 0, Optional.of("https://a.example"))),
        new Example(
            Contracts.productUpdated(3, "https://b.example"),
            new ChainEvent.ProductUpdated(ProviderId.fwss(3), 0, Optional.of("https://b.example"))),
        new Example(
            Contracts.productRemoved(3), new ChainEvent.ProductRemoved(ProviderId.fwss(3), 0)),
        new Example(
            Contracts.providerRemoved(3), new ChainEvent.ProviderRemoved(ProviderId.fwss(3))),
        new Example(
            Contracts.railTerminated(123, 5000),
            new ChainEvent.RailTerminated(new RailId(123), new Epoch(5000))),
        new Example(Contracts.railFinalized(123), new ChainEvent.RailFinalized(new RailId(123))),
        new Example(
            Contracts.usageReported(Contracts.OPERATOR, 12, 5, 9, 1000, 10),
            new ChainEvent.UsageReported(
                DATA_SET,
                Contracts.OPERATOR,
                new Epoch(5),
                new Epoch(9),
                ByteCount.of(1000),
                ByteCount.of(10))),
        new Example(
            Contracts.cdnSettlement(12, 8),
            new ChainEvent.CDNSettlement(DATA_SET, TokenAmount.of(8))),
        new Example(
            Contracts.cacheMissSettlement(12, 9),
            new ChainEvent.CacheMissSettlement(DATA_SET, TokenAmount.of(9))));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void anEventOfTheContractsIsRead(Example example) {
    RawLog raw = raw(example.log());

    assertThat(decoder.decode(NODE, raw))
        .isEqualTo(
            new DecodedLog.Known(
                new LoggedEvent(raw.position(), raw.blockHash(), raw.txHash(), example.event()),
                Optional.empty()));
  }

  @Test
  void everyKindOfEventHasAnExample() {
    // pandora's are told with what a node is asked for, in PandoraIT
    List<String> pandora = List.of("PiecesAdded", "ProviderApproved", "StorageProviderChanged");
    assertThat(Stream.concat(examples().map(Example::toString).distinct(), pandora.stream()))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(ChainEvent.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .toList());
  }

  @Test
  void logsThatAnotherEncoderWroteAreRead() throws IOException {
    assertThat(eventOf("DataSetCreated", Contracts.FWSS))
        .isEqualTo(
            new ChainEvent.DataSetCreated(
                DATA_SET,
                ProviderId.fwss(3),
                Optional.of(new RailId(40)),
                Optional.of(new RailId(41)),
                Optional.of(new RailId(42)),
                Address.of("0x70997970c51812dc3a010c7d01b50e0d17dc79c8"),
                Address.of("0x90f79bf6eb2c4f870365e785982e1f101e93b906"),
                Map.of("withCDN", "", "label", "a label that is longer than thirty-two bytes, é")));
    assertThat(eventOf("PieceAdded", Contracts.FWSS))
        .isEqualTo(
            new ChainEvent.PieceAdded(
                DATA_SET,
                new PieceId(7),
                PieceCid.parse("bafkzcibcp4bdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy"),
                Map.of(
                    "ipfsRootCID", "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi")));
    assertThat(eventOf("ProductUpdated", Contracts.REGISTRY))
        .isEqualTo(
            new ChainEvent.ProductUpdated(
                ProviderId.fwss(3), 0, Optional.of("https://pdp.example.net")));
    assertThat(eventOf("PiecesRemoved", Contracts.PDP_VERIFIER))
        .isEqualTo(
            new ChainEvent.PiecesRemoved(
                DATA_SET, Stream.of(7L, 9L, 11L).map(PieceId::new).toList()));
    assertThat(eventOf("UsageReported", Contracts.OPERATOR))
        .isEqualTo(
            new ChainEvent.UsageReported(
                DATA_SET,
                Contracts.OPERATOR,
                new Epoch(5459001),
                new Epoch(5459100),
                ByteCount.of(1048576),
                ByteCount.of(2048)));
    assertThat(eventOf("RailTerminated", Contracts.PAY))
        .isEqualTo(new ChainEvent.RailTerminated(new RailId(42), new Epoch(5473400)));
  }

  @Test
  void aTopicSaysNothingWhereItsContractDidNotWriteIt() {
    FakeLog log = Contracts.dataSetDeleted(12);

    assertThat(decoder.decode(NODE, raw(new FakeLog(Contracts.FWSS, log.topics(), log.data()))))
        .isEqualTo(new DecodedLog.Unknown());
    assertThat(decoder.decode(NODE, raw(Contracts.possessionProven(12))))
        .isEqualTo(new DecodedLog.Unknown());
    assertThat(decoder.decode(NODE, raw(new FakeLog(Contracts.FWSS, List.of(), "0x"))))
        .isEqualTo(new DecodedLog.Unknown());
  }

  @Test
  void reportsOfEveryListedOperatorAreRead() {
    assertThat(decoder.addresses())
        .containsExactlyInAnyOrder(
            Contracts.FWSS,
            Contracts.PDP_VERIFIER,
            Contracts.REGISTRY,
            Contracts.PAY,
            Contracts.OPERATOR,
            Contracts.PAST_OPERATOR);
    assertThat(
            decoder.decode(
                NODE, raw(Contracts.usageReported(Contracts.PAST_OPERATOR, 12, 5, 9, 1000, 10))))
        .isInstanceOf(DecodedLog.Known.class);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void aLogThatWasCutOffHasAFormThatIsNotKnown(Example example) {
    FakeLog cut =
        example.log().data().length() > 2
            ? Contracts.broken(example.log())
            : new FakeLog(example.log().address(), example.log().topics().subList(0, 1), "0x");

    assertThat(undecodableOf(cut).isMalformed()).isFalse();
  }

  @Test
  void aFormThatIsNotTheEventsIsToldFromWhatALogSays() {
    FakeLog report = Contracts.usageReported(Contracts.OPERATOR, 12, 5, 9, 1000, 10);
    String other = "0x" + "f".repeat(64);

    assertThat(undecodableOf(withTopic(Contracts.dataSetDeleted(12), 1, "0xzz")))
        .satisfies(log -> assertThat(log.isMalformed()).isFalse())
        .satisfies(log -> assertThat(log.reason()).contains("DataSetDeleted"));
    assertThat(undecodableOf(new FakeLog(report.address(), report.topics().subList(0, 3), other)))
        .satisfies(log -> assertThat(log.isMalformed()).isFalse());
    assertThat(undecodableOf(withTopic(report, 1, other)))
        .satisfies(log -> assertThat(log.isMalformed()).isTrue())
        .satisfies(log -> assertThat(log.reason()).contains("UsageReported"));
    assertThat(
            undecodableOf(
                new FakeLog(report.address(), report.topics(), "0x" + "0".repeat(300_000))))
        .satisfies(log -> assertThat(log.isMalformed()).isTrue())
        .satisfies(
            log ->
                assertThat(log.reason())
                    .isEqualTo(
                        "UsageReported: expected at most 262146 characters of data, found 300002"));
  }

  /** Bytes that PDPVerifier 3.4.0 takes for a PieceCID, or that anyone could send. */
  static Stream<byte[]> malformedPieceCids() {
    byte[] right = PIECE.bytes();
    byte[] root = Arrays.copyOfRange(right, right.length - 32, right.length);
    Stream<byte[]> spelled =
        Stream.of(
            cid(35, new byte[] {(byte) 0x80, 0}, 2, root), // a longer spelling of padding 0
            cid(36, new byte[] {(byte) 0x81, (byte) 0x80, 0}, 2, root),
            cid(34, new byte[] {0}, 0, root),
            cid(34, new byte[] {0}, 1, root),
            cid(34, new byte[] {0}, 51, root),
            cid(34, new byte[] {0}, 255, root),
            cid(34, new byte[] {127}, 2, Arrays.copyOf(root, 31)),
            cid(33, new byte[] {0}, 2, Arrays.copyOf(root, 31)),
            cid(35, new byte[] {0}, 2, Arrays.copyOf(root, 33)),
            cid(34, new byte[] {0}, 2, Arrays.copyOf(root, 33)),
            cid(35, new byte[] {(byte) 0x80, 1}, 2, root), // more padding than fits
            cid(43, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1}, 40, root));
    Stream<byte[]> cut = IntStream.range(0, right.length).mapToObj(n -> Arrays.copyOf(right, n));
    Random random = new Random(1);
    Stream<byte[]> noise =
        IntStream.range(0, 50)
            .mapToObj(
                n -> {
                  byte[] bytes = new byte[random.nextInt(80)];
                  random.nextBytes(bytes);
                  return bytes;
                });
    Stream<byte[]> longer = Stream.of(Arrays.copyOf(right, right.length + 1), new byte[9000]);
    return Stream.of(spelled, cut, noise, longer).flatMap(some -> some);
  }

  private static byte[] cid(int length, byte[] padding, int height, byte[] root) {
    return ByteBuffer.allocate(4 + 1 + padding.length + 1 + root.length)
        .put(new byte[] {0x01, 0x55, (byte) 0x91, 0x20, (byte) length})
        .put(padding)
        .put((byte) height)
        .put(root)
        .array();
  }

  @ParameterizedTest
  @MethodSource("malformedPieceCids")
  void aPieceCidThatIsNoneIsThatPiecesFateAndNoUnknownForm(byte[] cid) {
    assertThat(undecodableOf(Contracts.pieceAdded(12, 7, cid)))
        .satisfies(log -> assertThat(log.isMalformed()).isTrue())
        .satisfies(log -> assertThat(log.reason()).startsWith("PieceAdded: "));
  }

  @Test
  void aNumberBeyondAllClocksAndSocketsIsTheLargestThatCanBeTold() {
    String huge = "0x" + "f".repeat(64);
    FakeLog report =
        withTopic(Contracts.usageReported(Contracts.OPERATOR, 12, 5, 9, 1000, 10), 3, huge);

    assertThat(known(report).event().event())
        .isEqualTo(
            new ChainEvent.UsageReported(
                DATA_SET,
                Contracts.OPERATOR,
                new Epoch(5),
                new Epoch(Long.MAX_VALUE),
                ByteCount.of(1000),
                ByteCount.of(10)));
    assertThat(known(new FakeLog(report.address(), report.topics(), huge + "f".repeat(64))))
        .extracting(known -> ((ChainEvent.UsageReported) known.event().event()).cdnBytesUsed())
        .isEqualTo(ByteCount.of(Long.MAX_VALUE));
    FakeLog rail = Contracts.railTerminated(123, 1);
    assertThat(known(new FakeLog(rail.address(), rail.topics(), huge)).event().event())
        .isEqualTo(new ChainEvent.RailTerminated(new RailId(123), new Epoch(Long.MAX_VALUE)));
  }

  @Test
  void keysWithoutValuesAreLeftOutAndNoted() {
    DecodedLog.Known known =
        known(
            Contracts.productOf(
                3,
                List.of("a", "serviceURL", "b"),
                List.of(new byte[0], "https://x".getBytes(UTF_8))));
    assertThat(known.event().event())
        .isEqualTo(new ChainEvent.ProductAdded(ProviderId.fwss(3), 0, Optional.of("https://x")));
    assertThat(known.undecodable().orElseThrow().isMalformed()).isTrue();
    assertThat(known.undecodable().orElseThrow().reason())
        .isEqualTo("ProductAdded: expected as many values as keys, found 3 keys and 2 values");

    known = known(Contracts.productOf(3, List.of("serviceURL"), List.of()));
    assertThat(known.event().event())
        .isEqualTo(new ChainEvent.ProductAdded(ProviderId.fwss(3), 0, Optional.empty()));
    assertThat(known.undecodable()).isPresent();
  }

  /** Of PDPVerifier 3.5.0; FWSS tells of the same pieces by itself. */
  @Test
  void whatNewerContractsAlsoWriteSaysNothingWhateverItHolds() {
    List<String> topics =
        List.of(
            "0xf940e16e56c59d7821a2d55055b93909607d378871e741e763798717d8924579",
            "0x0c9e13a7dee0db62e5e7d59c2f225f9ae005e690419932ac47ba6652f09d2305",
            "0x396df50222a87662e94bb7d173792d5e61fe0b193b6ccf791f7ce433f0b28207");
    for (String topic : topics) {
      for (String data : List.of("0x", "0x" + "f".repeat(64), "0x" + "0".repeat(300_000))) {
        FakeLog log =
            new FakeLog(Contracts.PDP_VERIFIER, List.of(topic, "0x" + "0".repeat(64)), data);
        assertThat(decoder.decode(NODE, raw(log))).isEqualTo(new DecodedLog.Unknown());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "true", "false", "group-7", "\u0000", "\ud83d\ude00"})
  void theCdnIsOnWhateverValueItsKeyHas(String value) {
    FakeLog created = Contracts.dataSetCreated(12, 3, PAYER, Map.of("withCDN", value));

    assertThat(((ChainEvent.DataSetCreated) known(created).event().event()).metadata())
        .isEqualTo(Map.of("withCDN", value));
  }

  private DecodedLog.Known known(FakeLog log) {
    return (DecodedLog.Known) decoder.decode(NODE, raw(log));
  }

  private UndecodableLog undecodableOf(FakeLog log) {
    return ((DecodedLog.Undecodable) decoder.decode(NODE, raw(log))).log();
  }

  private static FakeLog withTopic(FakeLog log, int index, String topic) {
    List<String> topics = new ArrayList<>(log.topics());
    topics.set(index, topic);
    return new FakeLog(log.address(), topics, log.data());
  }

  private ChainEvent eventOf(String name, Address emitter) throws IOException {
    try (var json = Objects.requireNonNull(getClass().getResourceAsStream("/logs.json"))) {
      JsonNode log = new ObjectMapper().readTree(json).at("/logs/" + name);
      List<String> topics = new ArrayList<>();
      log.get("topics").forEach(topic -> topics.add(topic.asText()));
      FakeLog fake = new FakeLog(emitter, topics, log.get("data").asText());
      return ((DecodedLog.Known) decoder.decode(NODE, raw(fake))).event().event();
    }
  }

  private static RawLog raw(FakeLog log) {
    return new RawLog(
        new EventPosition(new BlockNumber(17), 4),
        BlockHash.of("0x" + "ab".repeat(32)),
        TxHash.of("0x" + "cd".repeat(32)),
        log.address(),
        log.topics(),
        log.data());
  }
}
