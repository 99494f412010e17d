package io.filcdn.indexer.fake;

import static io.filcdn.indexer.fake.Contracts.FWSS;
import static io.filcdn.indexer.fake.Contracts.PDP_VERIFIER;
import static io.filcdn.indexer.fake.Contracts.address;
import static io.filcdn.indexer.fake.Contracts.encoded;
import static io.filcdn.indexer.fake.Contracts.log;
import static io.filcdn.indexer.fake.Contracts.uint;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.piece.CommP;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.Bool;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.DynamicStruct;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.Utf8String;
import org.web3j.abi.datatypes.generated.Uint256;

/** The logs and answers of pandora's contracts; topics are the literal ones of its ABI. */
public final class PandoraContracts {

  private PandoraContracts() {}

  /** A network of the pandora generation. */
  public static Network network(URI rpcUrl) {
    String file =
        Contracts.networkFile(
            List.of(rpcUrl), "{\"tag\": \"finalized\", \"fallbackDepth\": 8}");
    return NetworkFile.parse(
        "test", file.replaceFirst("\\{", "{\"generation\": \"pandora\", "));
  }

  public static FakeLog proofSetRailCreated(
      long proofSet, long rail, Address payer, Address payee, boolean withCdn) {
    return log(
        FWSS,
        "0x24b586589ca9922f7802dafd1c07a6219becc2eb5425519e4432a6eca03d5e7d",
        List.of(uint(proofSet)),
        uint(rail),
        address(payer),
        address(payee),
        new Bool(withCdn));
  }

  public static FakeLog dataSetRailsCreated(long dataSet, Address payer, Address payee) {
    return log(
        FWSS,
        "0x18c567a40b56f442bf5f1bc7ad339fd1ba726afcdaa3cce130528bad538dadf9",
        List.of(uint(dataSet)),
        uint(dataSet * 10 + 1),
        uint(dataSet * 10 + 2),
        uint(dataSet * 10 + 3),
        address(payer),
        address(payee),
        new Bool(true));
  }

  public static FakeLog rootsAdded(long proofSet, long... roots) {
    return ids("0x5ce51a8003915c377679ba533d9dafa0792058b254965697e674272f13f4fdd3", proofSet, roots);
  }

  public static FakeLog rootsRemoved(long proofSet, long... roots) {
    return ids("0xd22bb0ee05b8ca92312459c76223d3b9bc1bd96fb6c9b18e637ededf92d81174", proofSet, roots);
  }

  public static FakeLog piecesAdded(long dataSet, long... pieces) {
    return ids("0xd9389326b5d4b5a25430b57198f71d0af2a577710c608fb4834f13ca5bfed859", dataSet, pieces);
  }

  public static FakeLog proofSetDeleted(long proofSet) {
    return log(
        PDP_VERIFIER,
        "0x589e9a441b5bddda77c4ab647b0108764a9cc1a7f655aa9b7bc50b8bdfab8673",
        List.of(uint(proofSet)),
        uint(4));
  }

  public static FakeLog storageProviderChanged(long dataSet, Address before, Address after) {
    return log(
        FWSS,
        "0x46ea82d9e563be42f9e3cf3f5f2ba3edd08b9b1761ef8de40bcd38ed75238548",
        List.of(uint(dataSet), address(before), address(after)));
  }

  public static FakeLog providerApproved(Address provider, long id) {
    return provider("0x97bab7bac58580d9cac80d7d86717a703fd08219cbff9846c32f89bf5c48b2a8", provider, id);
  }

  public static FakeLog providerRemoved(Address provider, long id) {
    return provider("0xb3c1ad6fa7cf08de56527f9eaabc180b9e1016123cd60914afce6721d112c04a", provider, id);
  }

  /** The call {@code getRootCid} or {@code getPieceCid}. */
  public static String cidCall(String function, long dataSet, long piece) {
    return FunctionEncoder.encode(
        new Function(function, List.of(uint(dataSet), uint(piece)), List.of()));
  }

  public static String cidAnswer(byte[] cid) {
    return "0x" + encoded(new DynamicStruct(new DynamicBytes(cid)));
  }

  /** CIDv1, codec fil-commitment-unsealed, multihash sha2-256-trunc254-padded. */
  public static byte[] cidV1(CommP root) {
    return HexFormat.of()
        .parseHex("0181e203922020" + HexFormat.of().formatHex(root.bytes()));
  }

  /** The call {@code getApprovedProvider}. */
  public static String providerCall(long id) {
    return FunctionEncoder.encode(
        new Function("getApprovedProvider", List.of(uint(id)), List.of()));
  }

  /** What the first version answers: where to prove, and where to retrieve pieces. */
  public static String providerAnswer(Address provider, String pdpUrl, String retrievalUrl) {
    return answer(provider, new Utf8String(pdpUrl), new Utf8String(retrievalUrl));
  }

  /** What the second version answers: one URL, and a peer id. */
  public static String providerAnswerV2(Address provider, String serviceUrl) {
    byte[] peer = "12D3KooW".getBytes(StandardCharsets.UTF_8);
    return answer(provider, new Utf8String(serviceUrl), new DynamicBytes(peer));
  }

  private static String answer(Address provider, Type<?> second, Type<?> third) {
    return "0x"
        + encoded(
            new DynamicStruct(
                address(provider),
                second,
                third,
                new Uint256(BigInteger.TEN),
                new Uint256(BigInteger.TEN)));
  }

  private static FakeLog provider(String topic, Address provider, long id) {
    return log(FWSS, topic, List.of(address(provider), uint(id)));
  }

  private static FakeLog ids(String topic, long dataSet, long... ids) {
    return log(
        PDP_VERIFIER,
        topic,
        List.of(uint(dataSet)),
        new DynamicArray<>(
            Uint256.class, LongStream.of(ids).mapToObj(Contracts::uint).toList()));
  }
}
