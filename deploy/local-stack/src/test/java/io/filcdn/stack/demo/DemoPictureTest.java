package io.filcdn.stack.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class DemoPictureTest {

  @Test
  void itIsAPictureThatOthersCanRead() throws IOException {
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(DemoPicture.png()));

    assertThat(picture.getWidth()).isEqualTo(640);
    assertThat(picture.getHeight()).isEqualTo(400);
    // dusk above, a hill below
    assertThat(picture.getRGB(0, 0)).isEqualTo(0xff262054);
    assertThat(picture.getRGB(639, 399)).isEqualTo(0xff161630);
  }

  @Test
  void itIsTheSameEachTime() {
    assertThat(DemoPicture.png()).isEqualTo(DemoPicture.png());
  }
}
