package dev.driftline.torture.fault;

/** A file of a store loses its end, as where a disk lied about what it had written. */
record TruncatedSst(Planned planned) implements Fault {

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        return SstFiles.damage(planned, scene, file -> {
            long before = file.length();
            file.setLength(before * (10 + planned.detail() % 80) / 100);
            return "truncated from " + before + " to " + file.length() + " bytes";
        });
    }
}
