package dev.driftline.torture.fault;

/** Some bytes of a file of a store change, as on a disk that decays. */
record CorruptPage(Planned planned) implements Fault {

    private static final int MOST_BYTES = 64;

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        return SstFiles.damage(planned, scene, file -> {
            // Pages of entries come first; the index and the filter are in the last tenth or so.
            long at = file.length() * (planned.detail() % 90) / 100;
            byte[] bytes = new byte[(int) Math.min(MOST_BYTES, file.length() - at)];
            file.seek(at);
            file.readFully(bytes);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] ^= (byte) 0x5A;
            }
            file.seek(at);
            file.write(bytes);
            return bytes.length + " bytes changed at " + at;
        });
    }
}
