package io.filcdn.stack;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.testing.process.Listener;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The network that {@code --network} chose.
 *
 * @param file which describes it
 * @param isDevnet whether its chain is one that the stack itself starts
 */
record NetworkChoice(Path file, boolean isDevnet) {

  static final String DEVNET = "devnet";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String SUFFIX = ".json";

  /**
   * Finds a network.
   *
   * @param folder of the networks that have a name
   * @param choice a name or a path
   */
  static NetworkChoice find(Path folder, String choice) {
    Path named = folder.resolve(choice + SUFFIX);
    if (!choice.contains("/") && Files.isRegularFile(named)) {
      return new NetworkChoice(named, choice.equals(DEVNET));
    }
    Path file = Path.of(choice).toAbsolutePath();
    if (Files.isRegularFile(file)) {
      return new NetworkChoice(file, false);
    }
    throw new StackFailure(
        "no network \"%s\": expected %s, or the path of a network file"
            .formatted(choice, names(folder)));
  }

  private static String names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SUFFIX))
          .map(file -> file.substring(0, file.length() - SUFFIX.length()))
          .sorted()
          .collect(Collectors.joining(", "));
    } catch (IOException e) {
      return "a name of " + folder;
    }
  }

  /** Reads it. */
  Network read() {
    try {
      return NetworkFile.read(file);
    } catch (NetworkFile.BrokenNetworkFileException e) {
      throw new StackFailure(e.getMessage(), e);
    }
  }

  /** The listeners of a stack that runs on it. */
  Set<Listener> listeners() {
    Set<Listener> all = EnumSet.allOf(Listener.class);
    if (!isDevnet) {
      all.removeAll(EnumSet.of(Listener.CHAIN, Listener.PROVIDER));
    }
    return all;
  }

  /** The operator's key, which for any chain but the devnet comes from the environment only. */
  static String operatorKey(Network network, Optional<String> given) {
    String key =
        given
            .filter(text -> !text.isBlank())
            .orElseThrow(
                () ->
                    new StackFailure(
                        "the network %s needs its operator's key: set FILCDN_OPERATOR_KEY to the private key in hex (it is stored nowhere)"
                            .formatted(network.name())));
    if (!key.strip().matches("(0x)?[0-9a-fA-F]{64}")) {
      throw new StackFailure(
          "FILCDN_OPERATOR_KEY is no private key: expected 64 hex digits, found %d characters"
              .formatted(key.length()));
    }
    return key.strip();
  }

  /** Copies it to where the services read it. */
  void copyTo(Path target) throws IOException {
    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Copies it to where the services read it, for a chain that was just started. */
  void copyTo(Path target, String rpcUrl, Instant genesis) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(file));
    json.putArray("rpcUrls").add(rpcUrl);
    json.put("genesisMs", genesis.toEpochMilli());
    Files.writeString(target, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json));
  }
}
