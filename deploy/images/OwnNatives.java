import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Native libraries of this machine alone: takes those of other systems and processors out of the
 * jars below a folder. An image runs on one of each.
 */
final class OwnNatives {

  private static final Pattern LIBRARY = Pattern.compile(".*\\.(so|dll|dylib|jnilib|sl|a)");

  private static final String OTHER_SYSTEMS =
      "darwin|mac|osx|win|bsd|aix|sunos|solaris|android|musl";

  private static final String OTHER_PROCESSORS =
      "ppc|s390|riscv|loongarch|mips|sparc|i386|i686|armv|arm/|x86/|x86-32|x86_32";

  /** The processors that Linux images are built on, and what the others are called. */
  private static final Map<String, String> FOREIGN =
      Map.of("amd64", "aarch_?64|arm64", "aarch64", "amd64|x86_64|x86-64");

  private OwnNatives() {}

  public static void main(String[] arguments) throws IOException {
    String processor = System.getProperty("os.arch");
    String others = FOREIGN.get(processor);
    if (others == null) {
      throw new IllegalArgumentException(
          "expected one of %s, found the processor %s".formatted(FOREIGN.keySet(), processor));
    }
    Pattern foreign =
        Pattern.compile("(?i).*(%s|%s|%s).*".formatted(OTHER_SYSTEMS, OTHER_PROCESSORS, others));
    try (Stream<Path> files = Files.walk(Path.of(arguments[0]))) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
        strip(jar, foreign);
      }
    }
  }

  private static void strip(Path jar, Pattern foreign) throws IOException {
    try (FileSystem contents = FileSystems.newFileSystem(jar);
        Stream<Path> entries = Files.walk(contents.getPath("/"))) {
      List<Path> gone =
          entries
              .filter(entry -> LIBRARY.matcher(entry.toString()).matches())
              .filter(entry -> foreign.matcher(entry.toString()).matches())
              .toList();
      for (Path entry : gone) {
        Files.delete(entry);
      }
    }
  }
}
