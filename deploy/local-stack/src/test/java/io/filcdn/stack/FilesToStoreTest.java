package io.filcdn.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.StackFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesToStoreTest {

  @TempDir Path folder;

  @Test
  void filesOfFoldersAreStoredEachOnceInOrder() throws IOException {
    Path last = file("z");
    Path inner = Files.createDirectories(folder.resolve("album/deep"));
    Path second = file("album/b");
    Path third = file("album/deep/c");

    FilesToStore files =
        FilesToStore.of(
            List.of(last.toString(), folder.resolve("album").toString(), inner.toString()));

    assertThat(files.onTheirWay())
        .extracting(FileToStore::path)
        .containsExactly(last, second, third);
  }

  @Test
  void whatCannotBeAPieceStaysBehindAndTheOthersGoOn() throws IOException {
    Path good = file("good");
    Path empty = Files.createFile(folder.resolve("empty"));
    Path gone = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));

    FilesToStore files = FilesToStore.of(List.of(folder.toString(), folder + "/none"));

    assertThat(files.onTheirWay()).extracting(FileToStore::path).containsExactly(good);
    assertThat(files.all())
        .filteredOn(file -> !file.isOnItsWay())
        .extracting(FileToStore::path)
        .containsExactly(empty, gone, folder.resolve("none"));
    assertThat(files.all())
        .filteredOn(file -> !file.isOnItsWay())
        .extracting(file -> file.failure().orElseThrow())
        .containsExactly(
            "is empty: expected at least one byte", "does not exist", "does not exist");
  }

  @Test
  void aFolderWithoutFilesIsExplained() {
    assertThatThrownBy(() -> FilesToStore.of(List.of(folder.toString())))
        .isInstanceOf(StackFailure.class)
        .hasMessageContainingAll("no file is in", folder.toString());
  }

  @Test
  void soManyFilesAndNoMore() throws IOException {
    for (int i = 0; i < 10_001; i++) {
      Files.createFile(folder.resolve("file-" + i));
    }

    assertThatThrownBy(() -> FilesToStore.of(List.of(folder.toString())))
        .isInstanceOf(StackFailure.class)
        .hasMessageContaining("at most 10000 files");
  }

  @Test
  void theTableTellsOfEachFileWhereItIsOrWhyNot() throws IOException {
    FilesToStore files =
        FilesToStore.of(
            List.of(
                file("one").toString(),
                file("same").toString(),
                file("two").toString(),
                folder.resolve("none").toString()));
    PieceCid piece = piece(1_500_000);
    PieceCid refused = piece(7);
    files.all().get(0).becomes(piece);
    files.all().get(1).becomes(piece);
    files.all().get(2).becomes(refused);
    files.fail(Set.of(refused), cid -> "was refused, being " + cid);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Console console = new Console(new PrintStream(said, true), Clock.systemUTC());

    assertThatThrownBy(() -> files.report(console, cid -> "http://edge/" + cid))
        .isInstanceOf(StackFailure.class)
        .hasMessage("store: 2 of 4 files are not stored; the table says why");
    assertThat(files.pieces()).containsExactly(piece);
    assertThat(said.toString(StandardCharsets.UTF_8).lines())
        .map(line -> line.replaceAll(" +", " ").replace(folder + "/", ""))
        .containsExactly(
            "FILE BYTES URL",
            "one 1,500,000 http://edge/" + piece,
            "same 1,500,000 http://edge/" + piece,
            "two 7 not stored: it was refused, being " + refused,
            "none not stored: it does not exist");
  }

  private Path file(String name) throws IOException {
    return Files.writeString(folder.resolve(name), name);
  }

  private static PieceCid piece(int size) {
    CommPHasher hasher = new CommPHasher();
    hasher.update(new byte[size], 0, size);
    return hasher.finish();
  }
}
