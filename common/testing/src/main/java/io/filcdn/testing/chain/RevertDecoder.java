package io.filcdn.testing.chain;

import io.filcdn.testing.chain.CompiledContract.Entry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Turns revert data into the custom error of the devnet's contracts that it encodes. */
final class RevertDecoder {
  private static final int SELECTOR_LENGTH = 10;

  private final Map<String, Entry> bySelector = new HashMap<>();

  RevertDecoder() {
    add(new Entry("Error", List.of("message"), List.of("string")));
    add(new Entry("Panic", List.of("code"), List.of("uint256")));
    for (String name : CompiledContract.NAMES) {
      CompiledContract.load(name).entries("error").forEach(this::add);
    }
  }

  ContractRevert decode(String data) {
    Entry entry =
        data.length() < SELECTOR_LENGTH ? null : bySelector.get(data.substring(0, SELECTOR_LENGTH));
    if (entry == null) {
      return new ContractRevert("unknown", List.of(), "reverted with " + data, data);
    }
    List<Object> arguments = Abi.decode("0x" + data.substring(SELECTOR_LENGTH), entry.inputTypes());
    String shown =
        IntStream.range(0, arguments.size())
            .mapToObj(i -> entry.inputNames().get(i) + ": " + arguments.get(i))
            .collect(Collectors.joining(", ", entry.name() + "(", ")"));
    return new ContractRevert(entry.name(), arguments, shown, data);
  }

  private void add(Entry entry) {
    bySelector.put(Abi.selector(entry.signature()), entry);
  }
}
